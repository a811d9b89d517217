"""Every sentence a patron reads, in Indonesian first, and how dates are written.

Law: no sentence for patrons stands anywhere else, and both catalogues have the same keys.
"""
