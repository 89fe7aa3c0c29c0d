"""Runs checks one after the other, for the scripts here: a check is a function check_NAME(args) that yields problems."""


def run(checks, args):
    """Tells what each found and ends with "N passed, N failed"; returns the exit status."""
    failed = 0
    for check in checks:
        problems = list(check(args))
        failed += bool(problems)
        print(f"{check.__name__[6:]:8} {'FAILED' if problems else 'ok'}")
        for problem in problems:
            print("  " + problem)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0
