"""Koha by its REST API for patrons, items, loans and renewals, and by SIP2 for returns.

Law: `rest` is the only HTTP; `meaning` is pure; `searching` asks for titles; `library` is the port.
No route for a return was found in Koha's API (Koha-Community/Koha, api/v1/swagger/paths, commit
011a85d; the list of files was not whole), so returns and payments go through SIP2.

Facts are from the same repository: swagger paths checkouts.yaml (3fc1f27, with POST and
availability, Koha 23.11 and later), items.yaml and auth.yaml (011a85d), the definitions of patron
(131ff0f), item (09934c0) and checkout (0fcac52), and the answers in Koha/REST/V1/Checkouts.pm
(0a906ca) and Auth/Password.pm.
"""
