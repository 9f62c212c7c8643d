"""Release 2.3: 301 to 304 in full, 305 to 316 recognised."""

from app.iwmo.release import Release
from app.iwmo.release_2_3 import wmo301, wmo302, wmo303, wmo304, wmo305, wmo306, wmo307, wmo308, wmo315, wmo316

RELEASE = Release.of(
    "2.3",
    wmo301.ADAPTER,
    wmo302.ADAPTER,
    wmo303.ADAPTER,
    wmo304.ADAPTER,
    wmo305.ADAPTER,
    wmo306.ADAPTER,
    wmo307.ADAPTER,
    wmo308.ADAPTER,
    wmo315.ADAPTER,
    wmo316.ADAPTER,
)
