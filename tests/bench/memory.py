"""What the app's memory does over many page visits and many updates of the pad.

python -m tests.bench.memory [--visits 1000] [--updates 10000]        (half an hour)

Everything that is kept on purpose (data, models, what was measured once) is there before the
counting begins: each page has been visited and the pad been used. Visitors come and go.
"""

import argparse
import asyncio

from tests.bench import classroom
from tests.bench.app import App, running
from tests.bench.visitor import visiting, wait

_PAGES = (
    "draw",
    "reconstruct",
    "denoise",
    "latent",
    "generate",
    "anomalies",
    "compress",
    "train",
    "",
)
_VISITS = 40  # of one visitor, who then goes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=1000)
    parser.add_argument("--updates", type=int, default=10_000)
    options = parser.parse_args()
    with running() as app:
        asyncio.run(visits(app, 2 * _VISITS))
        asyncio.run(updates(app, 200))
        before = app.memory()
        print(f"at first: {before:.0f} MB", flush=True)
        asyncio.run(visits(app, options.visits))
        between = app.memory()
        print(f"after {options.visits:,} page visits: {between - before:+.0f} MB", flush=True)
        asyncio.run(updates(app, options.updates))
        after = app.memory()
        print(f"after {options.updates:,} updates of the pad: {after - between:+.0f} MB more")
        print(f"in all: {after - before:+.0f} MB (target: less than 50 MB)")
        print(f"lines on exceptions in the app's log: {app.faults()}")


async def visits(app: App, count: int) -> None:
    """So many pages, by visitors who each see all of them several times."""
    for first in range(0, count, _VISITS):
        door = visiting(app.url, "")
        async with door as visitor:
            for number in range(first, min(first + _VISITS, count)):
                await visitor.turn_to(_PAGES[number % len(_PAGES)])
                await wait(visitor.idle, door.listening, 120)
            if visitor.errors:
                raise RuntimeError(str(visitor.errors))


async def updates(app: App, count: int) -> None:
    """So many updates, by one class of four after the other."""
    done = 0
    while done < count:
        class_ = classroom.pupils(4)
        found = await classroom.lesson(app.url, class_, min(30, (count - done) / 20 + 1))
        if found.wrong:
            raise RuntimeError(str(found.wrong[:5]))
        done += len(found.seconds)


if __name__ == "__main__":
    main()
