"""Members, items and loan rules brought in from other systems' files, and written out.

Law: nothing is half brought in: one transaction for a file, tried whole before. Every line that
cannot be used is told with its place and the reason. What a column means is data (`mappings/`), not
code; a value is never guessed. The report shows no values: they may be people.
"""
