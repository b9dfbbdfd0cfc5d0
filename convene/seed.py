def is_empty():
    return False


def plant(now):
    pass
