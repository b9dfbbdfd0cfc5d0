"""Large cities whose hours are kept under another city's name, so that people need not know which one that is.

A short list on purpose: the cities of the United Kingdom, and elsewhere those that people are likeliest to type. Where
two large cities share a name, the larger stands here; the page that answers names the zone it took.
"""

# By zone, as `plain` in convene/people/words.py would write them: small letters, no accents, dots or hyphens.
CITIES = {
    "Europe/London": (
        "aberdeen, bath, belfast, birmingham, bradford, brighton, bristol, cambridge, canterbury, cardiff, coventry, "
        "derby, derry, dundee, durham, edinburgh, exeter, glasgow, gloucester, hull, inverness, ipswich, lancaster, "
        "leeds, leicester, lincoln, liverpool, luton, manchester, middlesbrough, milton keynes, newcastle, "
        "newcastle upon tyne, newport, norwich, nottingham, oxford, peterborough, plymouth, portsmouth, preston, "
        "reading, sheffield, southampton, stirling, stoke on trent, sunderland, swansea, swindon, truro, "
        "wolverhampton, worcester, wrexham, york"
    ),
    "Europe/Dublin": "cork, galway, limerick",
    "Europe/Paris": "bordeaux, lille, lyon, marseille, nantes, nice, strasbourg, toulouse",
    "Europe/Berlin": "cologne, dusseldorf, frankfurt, hamburg, hanover, koln, leipzig, munchen, munich, stuttgart",
    "Europe/Madrid": "barcelona, bilbao, sevilla, seville, valencia",
    "Europe/Lisbon": "lisboa, porto",
    "Europe/Rome": "bologna, florence, milan, milano, naples, napoli, roma, torino, turin, venice",
    "Europe/Amsterdam": "eindhoven, rotterdam, the hague, utrecht",
    "Europe/Brussels": "antwerp, ghent",
    "Europe/Zurich": "basel, bern, geneva, lausanne",
    "Europe/Vienna": "graz, salzburg, wien",
    "Europe/Warsaw": "cracow, gdansk, krakow, lodz, poznan, warszawa, wroclaw",
    "Europe/Prague": "brno, praha",
    "Europe/Copenhagen": "aarhus, kobenhavn",
    "Europe/Stockholm": "gothenburg, goteborg, malmo",
    "Europe/Oslo": "bergen, trondheim",
    "Europe/Istanbul": "ankara, izmir",
    "America/New_York": (
        "atlanta, baltimore, boston, buffalo, charlotte, cleveland, miami, new york city, orlando, philadelphia, "
        "pittsburgh, raleigh, washington, washington dc"
    ),
    "America/Chicago": "austin, dallas, houston, kansas city, memphis, milwaukee, minneapolis, nashville, new orleans, "
    "saint louis, san antonio, st louis",
    "America/Denver": "albuquerque, salt lake city",
    "America/Los_Angeles": "las vegas, oakland, portland, sacramento, san diego, san francisco, san jose, seattle",
    "America/Toronto": "montreal, ottawa, quebec",
    "America/Edmonton": "calgary",
    "America/Sao_Paulo": "brasilia, rio de janeiro",
    "America/Mexico_City": "guadalajara",
    "Africa/Johannesburg": "cape town, durban, pretoria",
    "Africa/Lagos": "abuja, ibadan, kano",
    "Asia/Kolkata": "bangalore, bengaluru, bombay, calcutta, chennai, delhi, hyderabad, mumbai, new delhi, pune",
    "Asia/Karachi": "islamabad, lahore",
    "Asia/Shanghai": "beijing, guangzhou, shenzhen",
    "Asia/Tokyo": "kyoto, osaka",
    "Asia/Jerusalem": "haifa, tel aviv",
    "Asia/Dubai": "abu dhabi",
    "Asia/Ho_Chi_Minh": "hanoi, saigon",
    "Australia/Sydney": "canberra",
    "Pacific/Auckland": "christchurch, wellington",
}


def zone_of() -> dict[str, str]:
    """The zone of each city in the list."""
    return {city: zone for zone, cities in CITIES.items() for city in cities.split(", ")}
