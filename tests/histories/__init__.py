"""Generated histories of notices, held against a model that knows the truth. Written without reading the detector.

The rule: after every crawl, for every notice and file, either the archive is sure of the present text, or `status`
names what is unsure. Every real change is told or asked about within two visits at which the server gives the new bytes
(behind a server that wrongly answers 304, within 31 days); nothing else is told; at most one thing is asked a cause.

    truth, words   what a notice is                     edits       what really changes          ┐ registries:
    templates      how sites dress it (forms/)          furniture   what changes and is no news   │ an issue adds some
    files          attachments as bytes                 troubles    what is served instead        ┘ with a decorator
    plan, layers   seed → history of twelve visits      server      serves them over sockets, writes down what it gave
    observe        one crawl a visit, what was said     oracle      what is missed, false, silent, asked too often
    run, report    many histories in one archive        __main__    python -m tests.histories --seed N | --count N

A history follows from its seed and the registries: a class added changes what a seed means, so a fault that a seed once
found is kept as a test of its own where the fault was mended. A layer changes nothing for the first 5,000 seeds.
"""
