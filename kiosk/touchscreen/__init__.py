"""The screen a patron touches: it draws visits and tells touches, and decides nothing.

Law: Kivy is imported here only, and only after `configure` has set what it reads at import.
"""
