"""What Wachtpost is measured by: `make bench PART=camera`. Not collected by pytest.

    camera                     what is measured, section by section
    job                        one film with one thing put on, looked at by all
    recipe, nuisance, attack   what is put on pictures, when, and in which makes
    stage, dropout             the film that comes of it, encoded; real packets lost
    ours, peers, daemon        who looks: `look`, OpenCV's models, Debian's `motion`
    score, tamper, pixel       how well: events, attacks, pixels
    cost, memory, kernel       for how much CPU and memory
    goal, report, table        what is to be reached, and all of it for people and files

Hidden films are made otherwise than these: tune to what a recipe stands for. The tests
of the bench itself are collected; they are short.
"""
