"""The screen aloud, for those who cannot read it: what is said (pure), and the voice that says it.

Law: only what stands on the screen is ever spoken, and no digit of a PIN.
"""
