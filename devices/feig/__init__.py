"""FEIG OBID i-scan HF readers: MR101, MR102, PR101, PRH101, CPR and LR200 families.

Law: `frame` and `protocol` are pure; `driver` is our end, `simulator` the reader's, and the
simulator never imports the driver. Source: FEIG manuals H60301, H01113 and H20800-16e-ID-B.
"""
