"""Mail as it comes back: answers in the shape of five calendar programs, bounces, complaints and automatic letters."""

import base64
import itertools
from collections.abc import Callable
from datetime import UTC, datetime

US = "convene@example.org"
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)

numbers = itertools.count(1)


def crlf(text: str) -> bytes:
    return text.lstrip("\n").replace("\r\n", "\n").replace("\n", "\r\n").encode()


def in_base64(text: bytes) -> str:
    return base64.encodebytes(text).decode()


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def message_id() -> str:
    return f"<{next(numbers)}@mail.example.net>"


def calendar(
    uid: str,
    guest: str,
    answer: str,
    *,
    sequence: int = 0,
    at: datetime = NOW,
    method: str | None = "REPLY",
    organizer: str | None = f"ORGANIZER;CN=Open Table:mailto:{US}",
    attendee: str = 'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};CN="Pat, of Leeds":mailto:{guest}',
    more: str = "",
) -> bytes:
    """The file inside an answer; `more` is whole lines of the event."""
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Somebody//Calendar//EN",
        "VERSION:2.0",
        f"METHOD:{method}" if method else "",
        "BEGIN:VEVENT",
        "DTSTART:20260511T093000Z",
        "DTEND:20260511T110000Z",
        f"DTSTAMP:{stamp(at)}",
        organizer or "",
        f"UID:{uid}",
        attendee.format(answer=answer, guest=guest),
        more,
        f"SEQUENCE:{sequence}",
        "SUMMARY:An inspiring idea",
        "BEGIN:VALARM",
        "UID:not-this-one",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return crlf("\n".join(line for line in lines if line) + "\n")


def gmail(
    uid: str, guest: str, answer: str, *, sender: str | None = None, head: str = "", **facts: object
) -> bytes:
    """Google: sent by a program in the person's name, with the file as a part and once more attached."""
    file = calendar(uid, guest, answer, **facts)  # type: ignore[arg-type] # the facts of calendar()
    return crlf(f"""
{head}MIME-Version: 1.0
Reply-To: Pat <{guest}>
Sender: Google Calendar <calendar-notification@google.com>
Auto-Submitted: auto-generated
Message-ID: {message_id()}
Date: Mon, 04 May 2026 09:30:00 +0000
Subject: Accepted: An inspiring idea @ Mon 11 May 2026 (Open Table)
From: Pat <{sender or guest}>
To: {US}
Content-Type: multipart/mixed; boundary="000000000000f1"

--000000000000f1
Content-Type: multipart/alternative; boundary="000000000000f2"

--000000000000f2
Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes
Content-Transfer-Encoding: base64

{in_base64(b"Pat has answered.")}
--000000000000f2
Content-Type: text/html; charset="UTF-8"
Content-Transfer-Encoding: quoted-printable

<p style=3D"margin:0">Pat has answered.</p>
--000000000000f2
Content-Type: text/calendar; charset="UTF-8"; method=REPLY
Content-Transfer-Encoding: 7bit

{file.decode()}
--000000000000f2--
--000000000000f1
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"
Content-Transfer-Encoding: base64

{in_base64(file)}
--000000000000f1--
""")


def outlook(
    uid: str, guest: str, answer: str, *, sender: str | None = None, head: str = "", **facts: object
) -> bytes:
    """Exchange: the file as base64 in an alternative, MAILTO in capitals, a subject in its own language."""
    attendee = "ATTENDEE;PARTSTAT={answer};CN=Pat:MAILTO:{guest}"
    more = "COMMENT;LANGUAGE=de-DE:Ich komme\\, wenn der Zug kommt.\\nPat\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY"
    file = calendar(uid, guest, answer, attendee=attendee, more=more, **facts)  # type: ignore[arg-type] # as above
    return crlf(f"""
{head}From: "Leeds, Pat" <{sender or guest}>
To: "Open Table" <{US}>
Subject: =?utf-8?B?WnVnZXNhZ3Q6IEFuIGluc3BpcmluZyBpZGVh?=
Thread-Topic: An inspiring idea
Date: Mon, 4 May 2026 09:30:00 +0000
Message-ID: {message_id()}
Accept-Language: de-DE, en-US
Content-Language: de-DE
Content-Type: multipart/alternative;
	boundary="_000_AM0PR01MB_"
MIME-Version: 1.0

--_000_AM0PR01MB_
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

{in_base64(b"Ich komme.")}
--_000_AM0PR01MB_
Content-Type: text/calendar; charset="utf-8"; method=REPLY
Content-Transfer-Encoding: base64

{in_base64(file)}
--_000_AM0PR01MB_--
""")


def outlook_com(uid: str, guest: str, answer: str, **facts: object) -> bytes:
    """Outlook.com leaves the organiser out."""
    return outlook(uid, guest, answer, organizer=None, **facts)  # type: ignore[arg-type] # as above


def apple(
    uid: str, guest: str, answer: str, *, sender: str | None = None, head: str = "", **facts: object
) -> bytes:
    """Apple: the file as an attachment, and here its method in the Content-Type alone."""
    file = calendar(uid, guest, answer, method=None, **facts)  # type: ignore[arg-type] # as above
    return crlf(f"""
{head}From: {sender or guest}
Content-Type: multipart/mixed; boundary="Apple-Mail=_1"
Mime-Version: 1.0
Subject: An inspiring idea
Message-Id: {message_id()}
Date: Mon, 4 May 2026 10:30:00 +0100
To: {US}

--Apple-Mail=_1
Content-Transfer-Encoding: 7bit
Content-Type: text/plain; charset=us-ascii

--Apple-Mail=_1
Content-Disposition: attachment; filename=iCal-20260504-103000.ics
Content-Type: text/calendar; x-unix-mode=0644; method=REPLY; name="iCal-20260504-103000.ics"
Content-Transfer-Encoding: quoted-printable

{file.decode().replace("=", "=3D")}
--Apple-Mail=_1--
""")


def thunderbird(
    uid: str, guest: str, answer: str, *, sender: str | None = None, head: str = "", **facts: object
) -> bytes:
    """Thunderbird: eight bits, a folded line, and the name of whoever answers between the parameters."""
    attendee = "ATTENDEE;CN=Päť;PARTSTAT={answer};CUTYPE=INDIVIDUAL;\n ROLE=REQ-PARTICIPANT:mailto:{guest}"
    file = calendar(uid, guest, answer, attendee=attendee, **facts)  # type: ignore[arg-type] # as above
    return crlf(f"""
{head}Message-ID: {message_id()}
Date: Mon, 4 May 2026 10:30:00 +0100
MIME-Version: 1.0
User-Agent: Mozilla Thunderbird
From: =?UTF-8?B?UMOkxaU=?= <{sender or guest}>
To: {US}
Subject: Event Invitation Reply (Accepted): An inspiring idea
Content-Type: multipart/mixed; boundary="------------0x"

--------------0x
Content-Type: multipart/alternative; boundary="------------1x"

--------------1x
Content-Type: text/plain; charset=UTF-8; format=flowed
Content-Transfer-Encoding: 8bit

Päť has accepted.
--------------1x
Content-Type: text/calendar; method=REPLY; charset=UTF-8
Content-Transfer-Encoding: 8bit

{file.decode()}
--------------1x--
--------------0x--
""")


SHAPES: dict[str, Callable[..., bytes]] = {
    "gmail": gmail,
    "outlook": outlook,
    "outlook.com": outlook_com,
    "apple": apple,
    "thunderbird": thunderbird,
}


def bounce(
    to: str,
    address: str = "pat@example.net",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "550 5.1.1 No such mailbox",
    head: str = "",
) -> bytes:
    """A delivery status in the form of RFC 3464, as most mail servers write it."""
    return crlf(f"""
Return-Path: <>
{head}Date: Mon, 4 May 2026 09:31:00 +0000 (UTC)
From: MAILER-DAEMON@mail.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4BFA.1/mail.example.net"
Message-Id: {message_id()}

--4BFA.1/mail.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.example.net. I'm sorry.

--4BFA.1/mail.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net
X-Postfix-Queue-ID: 4BFA
Arrival-Date: Mon, 4 May 2026 09:30:59 +0000 (UTC)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; {said}

--4BFA.1/mail.example.net
Content-Type: message/rfc822

From: {US}
Subject: You have a place

Hello
--4BFA.1/mail.example.net--
""")


def qmail_bounce(to: str, address: str = "pat@example.net") -> bytes:
    """One of the older formats that keep to no standard."""
    return crlf(f"""
Return-Path: <>
Date: 4 May 2026 09:31:00 -0000
From: MAILER-DAEMON@mail.example.net
To: {to}
Message-Id: {message_id()}
Subject: failure notice

Hi. This is the qmail-send program at mail.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{address}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

From: {US}

Hello
""")


def complaint(letter_id: str = "", return_path: str = "", kind: str = "abuse") -> bytes:
    """A feedback report in the form of RFC 5965."""
    return crlf(f"""
From: <abusedesk@example.com>
Date: Mon, 4 May 2026 12:00:00 +0000
Subject: FW: You have a place
To: <{US}>
Message-ID: {message_id()}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d.2e68ed54"

--part1_13d.2e68ed54
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--part1_13d.2e68ed54
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{return_path}>

--part1_13d.2e68ed54
Content-Type: message/rfc822
Content-Disposition: inline

From: {US}
Message-ID: {letter_id}
Subject: You have a place

Hello
--part1_13d.2e68ed54--
""")


def letter(
    sender: str = "pat@example.net", to: str = US, head: str = "", words: str = "Is there a lift?"
) -> bytes:
    """A letter as people write them; `head` is whole lines."""
    return crlf(f"""
{head}From: Pat <{sender}>
To: {to}
Subject: A question
Message-ID: {message_id()}

{words}
""")
