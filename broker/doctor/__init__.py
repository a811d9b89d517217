"""Whether a machine is fit for its program, checked at every start and by `sirkula doctor`.

Law: `checks` and `limits` are pure. A check says in plain words what is so and what to do; a
program refuses to start only where it would lose facts.
"""
