"""FEIG OBID i-scan HF readers: MR101, MR102, PR101, PRH101, CPR and LR200 families.

Law: `frame`, `protocol` (what a host asks), `replies` and `trace` are pure; `driver` is our end,
`simulator` the reader's, and the simulator never imports the driver. Sources: FEIG manuals H60301,
H01113, H20800-16e-ID-B and H90692.
"""
