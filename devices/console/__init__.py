"""`sirkula`: tools for technicians, and a whole library on one machine to try and to test.

Law: starts the programs as processes and never imports kiosk or server.
"""
