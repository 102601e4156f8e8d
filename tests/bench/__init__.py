"""What Wachtpost is measured by: `make bench PART=camera`. Not collected by pytest.

The tests of the bench itself are; they are short.
"""
