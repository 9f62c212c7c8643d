"""Release 2.1: 301 and 302 in full, the others of 305 to 316 recognised."""

from app.iwmo.release import Release
from app.iwmo.release_2_1 import wmo301, wmo302, wmo305, wmo306, wmo307, wmo308, wmo315, wmo316

RELEASE = Release.of(
    "2.1",
    wmo301.ADAPTER,
    wmo302.ADAPTER,
    wmo305.ADAPTER,
    wmo306.ADAPTER,
    wmo307.ADAPTER,
    wmo308.ADAPTER,
    wmo315.ADAPTER,
    wmo316.ADAPTER,
    several=True,
)
