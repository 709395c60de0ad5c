# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""SOURCES of `facts`, loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..facts import Source

SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        "C25": Source(
            tag="C25",
            title="Zoom's endpoint document of December 2025, as generated TypeScript (SferaDev/openapi-clients, a64d007)",
            url="https://github.com/SferaDev/openapi-clients",
            date="2025-12-16",
        ),
        "K26": Source(
            tag="K26",
            title="Zoom's endpoint document of May 2026, as generated TypeScript (SferaDev/SferaDev, 34f871b)",
            url="https://github.com/SferaDev/SferaDev",
            date="2026-05-15",
        ),
        "SFC": Source(
            tag="SFC",
            title="Zoom's endpoint document of about August 2026, excerpts of generated TypeScript (sferarc/openapi, 3d7ba8e1c4d1)",
            url="https://github.com/sferarc/openapi",
            date="2026-08",
        ),
        "SFE-HIST": Source(
            tag="SFE-HIST",
            title='The git history of those generated files; dates are of the refresh commits, so "by then"',
            url="https://github.com/SferaDev/openapi-clients",
            date="",
        ),
        "BAL": Source(
            tag="BAL",
            title="The only raw OpenAPI 3 JSON with security and granular scopes (Ballerina connector, sanitised)",
            url="https://github.com/ballerina-platform/module-ballerinax-zoom.meetings",
            date="2025-06-24",
        ),
        "RIV": Source(
            tag="RIV",
            title="Zoom's own JavaScript library, npm @zoom/rivet 0.4.0",
            url="https://github.com/zoom/rivet-javascript",
            date="2026-05-06",
        ),
        "SW18": Source(
            tag="SW18",
            title="Zoom's Swagger 2 document of 2018 (zoom/api, openapi.v2.json)",
            url="https://github.com/zoom/api",
            date="2018-11-10",
        ),
        "DOC-RL": Source(
            tag="DOC-RL",
            title="Zoom's page on rate limits",
            url="https://developers.zoom.us/docs/api/rate-limits/",
            date="",
        ),
        "DOC-ERR": Source(
            tag="DOC-ERR",
            title="Zoom's page on errors; also zoom/api, _errors.md.erb",
            url="https://developers.zoom.us/docs/api/errors/",
            date="",
        ),
        "DOC-REC": Source(
            tag="DOC-REC",
            title="Zoom's reference page on recurrence objects",
            url="https://developers.zoom.us/docs/api/references/recurrence-object-definitions/",
            date="",
        ),
        "DOC-SEC": Source(
            tag="DOC-SEC",
            title="Zoom's page on the security rules of meetings made through the API",
            url="https://developers.zoom.us/docs/api/references/meeting-api-security-enhancements/",
            date="",
        ),
        "DOC-S2S": Source(
            tag="DOC-S2S",
            title="Zoom's page on server-to-server OAuth",
            url="https://developers.zoom.us/docs/internal-apps/s2s-oauth/",
            date="",
        ),
        "DOC-OAE": Source(
            tag="DOC-OAE",
            title="Zoom's table of OAuth error messages",
            url="https://developers.zoom.us/docs/integrations/oauth-error-messages/",
            date="",
        ),
        "DOC-API": Source(
            tag="DOC-API",
            title="Zoom's page on using the APIs",
            url="https://developers.zoom.us/docs/api/using-zoom-apis/",
            date="",
        ),
        "DOC-TZ": Source(
            tag="DOC-TZ",
            title="Zoom's list of time zones",
            url="https://developers.zoom.us/docs/api/references/abbreviations/#timezones",
            date="",
        ),
        "CL": Source(
            tag="CL",
            title="Changelog of the Meetings API (index)",
            url="https://developers.zoom.us/changelog/meetings/",
            date="",
        ),
        "CL-2406": Source(
            tag="CL-2406",
            title="Changelog of the Meetings API, 17 June 2024",
            url="https://developers.zoom.us/changelog/meetings/june-17-2024/",
            date="2024-06-17",
        ),
        "CL-2412": Source(
            tag="CL-2412",
            title="Changelog of the Meetings API, 23 December 2024",
            url="https://developers.zoom.us/changelog/meetings/december-23-2024/",
            date="2024-12-23",
        ),
        "CL-2503": Source(
            tag="CL-2503",
            title="Changelog of the Meetings API, 24 March 2025",
            url="https://developers.zoom.us/changelog/meetings/march-24-2025/",
            date="2025-03-24",
        ),
        "CL-2508": Source(
            tag="CL-2508",
            title="Changelog of the Meetings API, 18 August 2025",
            url="https://developers.zoom.us/changelog/meetings/august-18-2025/",
            date="2025-08-18",
        ),
        "CL-2509": Source(
            tag="CL-2509",
            title="Changelog of the Meetings API, 18 September 2025",
            url="https://developers.zoom.us/changelog/meetings/september-18-2025/",
            date="2025-09-18",
        ),
        "CL-2606": Source(
            tag="CL-2606",
            title="Changelog of the Meetings API, 25 June 2026",
            url="https://developers.zoom.us/changelog/meetings/june-25-2026/",
            date="2026-06-25",
        ),
        "CL-2607": Source(
            tag="CL-2607",
            title="Changelog of the Meetings API, 20 July 2026",
            url="https://developers.zoom.us/changelog/meetings/july-20-2026/",
            date="2026-07-20",
        ),
        "CL-2610": Source(
            tag="CL-2610",
            title="Changelog of the Meetings API, 19 October 2026",
            url="https://developers.zoom.us/changelog/meetings/october-19-2026/",
            date="2026-10-19",
        ),
        "CL-2611": Source(
            tag="CL-2611",
            title="Changelog of the Meetings API, 16 November 2026",
            url="https://developers.zoom.us/changelog/meetings/november-16-2026/",
            date="2026-11-16",
        ),
        "CL-REG": Source(
            tag="CL-REG",
            title="Changelog of the platform: regional API hosts (three entries, the last of 2 February 2026)",
            url="https://developers.zoom.us/changelog/platform/regional-cluster-api-url-updates/",
            date="2026-02-02",
        ),
        "SUP-ALT": Source(
            tag="SUP-ALT",
            title="Zoom support: alternative hosts",
            url="https://support.zoom.com/hc/en/article?id=zm_kb&sysparm_article=KB0082130",
            date="",
        ),
        "SUP-ID": Source(
            tag="SUP-ID",
            title="Zoom support: when meeting IDs lapse",
            url="https://support.zoom.us/hc/en-us/articles/201362373",
            date="",
        ),
        "ZSK": Source(
            tag="ZSK",
            title="Zoom-owned notes for assistants, partly machine-written; low weight (zoom/skills, skills/rest-api)",
            url="https://github.com/zoom/skills",
            date="",
        ),
        "F8429": Source(
            tag="F8429",
            title="Zoom developer forum 8429: more than 100 a day",
            url="https://devforum.zoom.us/t/rate-limit-on-create-meeting-api/8429",
            date="",
        ),
        "F15385": Source(
            tag="F15385",
            title="Zoom developer forum 15385: whose quota is counted, and a sliding window",
            url="https://devforum.zoom.us/t/15385",
            date="",
        ),
        "F17076": Source(
            tag="F17076",
            title="Zoom developer forum 17076: changing the end of a series",
            url="https://devforum.zoom.us/t/changing-a-recurrence-end-date-time/17076",
            date="2020",
        ),
        "F18928": Source(
            tag="F18928",
            title="Zoom developer forum 18928: headers of a host out of daily updates",
            url="https://devforum.zoom.us/t/zoom-api-create-meeting-api-rate-limit-sample-error-when-breaching-limit/18928",
            date="",
        ),
        "F19474": Source(
            tag="F19474",
            title="Zoom developer forum 19474: which rate limits apply",
            url="https://devforum.zoom.us/t/rate-limits-which-ones-apply/19474",
            date="",
        ),
        "F39617": Source(
            tag="F39617",
            title="Zoom developer forum 39617: how the limits are kept",
            url="https://devforum.zoom.us/t/how-zoom-manages-the-api-rate-limit/39617",
            date="",
        ),
        "F41094": Source(
            tag="F41094",
            title="Zoom developer forum 41094: the reset at 00:00 UTC",
            url="https://devforum.zoom.us/t/41094",
            date="",
        ),
        "F59670": Source(
            tag="F59670",
            title="Zoom developer forum 59670: whether deletes count",
            url="https://devforum.zoom.us/t/does-meeting-requests-per-day-rate-limits-include-delete-meeting/59670",
            date="",
        ),
        "F72070": Source(
            tag="F72070",
            title="Zoom developer forum 72070: a new token ends the old one",
            url="https://devforum.zoom.us/t/72070",
            date="2022",
        ),
        "F74432": Source(
            tag="F74432",
            title="Zoom developer forum 74432: a new token ends the old one",
            url="https://devforum.zoom.us/t/74432",
            date="2022",
        ),
        "F81149": Source(
            tag="F81149",
            title="Zoom developer forum 81149: the messages of the limits",
            url="https://devforum.zoom.us/t/81149",
            date="",
        ),
        "F84334": Source(
            tag="F84334",
            title="Zoom developer forum 84334: a new token ends the old one",
            url="https://devforum.zoom.us/t/84334",
            date="2022",
        ),
        "F88501": Source(
            tag="F88501",
            title='Zoom developer forum 88501: "cannot schedule a meeting for"',
            url="https://devforum.zoom.us/t/88501",
            date="",
        ),
        "F95429": Source(
            tag="F95429",
            title="Zoom developer forum 95429: token index: several live tokens",
            url="https://devforum.zoom.us/t/95429",
            date="",
        ),
        "F108207": Source(
            tag="F108207",
            title="Zoom developer forum 108207: 4711 and missing scopes",
            url="https://devforum.zoom.us/t/108207",
            date="",
        ),
        "F129457": Source(
            tag="F129457",
            title="Zoom developer forum 129457: change of host with a server-to-server app",
            url="https://devforum.zoom.us/t/error-updating-meeting-host-with-server-to-server-oauth-account-level-app/129457",
            date="",
        ),
        "F141551": Source(
            tag="F141551",
            title="Zoom developer forum 141551: a series an hour off",
            url="https://devforum.zoom.us/t/zoom-api-recurring-meeting-bug/141551",
            date="2026-01",
        ),
        "ZNET": Source(
            tag="ZNET",
            title="ZoomNet, a .NET client (retry strategy and error handler)",
            url="https://github.com/Jericho/ZoomNet",
            date="",
        ),
        "ZNET359": Source(
            tag="ZNET359",
            title="ZoomNet, issue 359",
            url="https://github.com/Jericho/ZoomNet/issues/359",
            date="",
        ),
        "MOO": Source(
            tag="MOO",
            title="Moodle plugin mod_zoom, issues 4, 145, 158, 160, 246, 301, 424, 487, 500",
            url="https://github.com/jrchamp/moodle-mod_zoom",
            date="",
        ),
        "MOO289": Source(
            tag="MOO289",
            title="Moodle plugin mod_zoom, issue 289 (observed)",
            url="https://github.com/jrchamp/moodle-mod_zoom/issues/289",
            date="2021-08",
        ),
        "MOO-FS": Source(
            tag="MOO-FS",
            title="A patch of that plugin which reads back after each update (FormaSuisse, 6016a28b)",
            url="https://github.com/formasuisse/moodle-mod_zoom",
            date="",
        ),
        "ITH": Source(
            tag="ITH",
            title="ithaca-recovery, a scheduling app: zoom.ts, technical decisions, issues 506, 508, 513 (observed)",
            url="https://github.com/cornellh4i/ithaca-recovery",
            date="2026-08",
        ),
        "MACS": Source(
            tag="MACS",
            title="laravel-zoom, issue 39",
            url="https://github.com/MacsiDigital/laravel-zoom/issues/39",
            date="",
        ),
        "CAL": Source(
            tag="CAL",
            title="cal.diy, pull request 3238",
            url="https://github.com/calcom/cal.diy/pull/3238",
            date="",
        ),
        "ASL": Source(
            tag="ASL",
            title="AI-Shipping-Labs website, issue 1352",
            url="https://github.com/AI-Shipping-Labs/website/issues/1352",
            date="",
        ),
        "FRA": Source(
            tag="FRA",
            title="Frappe LMS, pull request 2438",
            url="https://github.com/frappe/lms/pull/2438",
            date="",
        ),
        "PSZ": Source(
            tag="PSZ",
            title="PSZoom, issue 9",
            url="https://github.com/JosephMcEvoy/PSZoom/issues/9",
            date="2020",
        ),
        "PRS": Source(
            tag="PRS",
            title="zoomus, a Python client, issue 258",
            url="https://github.com/prschmid/zoomus/issues/258",
            date="",
        ),
        "DEM": Source(
            tag="DEM",
            title="The Zoom integration of Cortex XSOAR (its README; nothing observed)",
            url="https://github.com/demisto/content",
            date="",
        ),
        "MBR": Source(
            tag="MBR",
            title="A test of a client in the MeetingBrand site",
            url="https://github.com/porshianboti-star/meetingbrand-site",
            date="",
        ),
        "ONX": Source(
            tag="ONX",
            title="Onyx, pull request 14528: pacing within account-wide limits",
            url="https://github.com/onyx-dot-app/onyx/pull/14528",
            date="2026-09",
        ),
        "HAR": Source(
            tag="HAR",
            title="A table of Zoom errors of about 2018 (errors/MeetingAPIs.md)",
            url="https://github.com/harrisyang/api",
            date="2018",
        ),
        "ZAPI43": Source(
            tag="ZAPI43",
            title="zoom/api, issue 43",
            url="https://github.com/zoom/api/issues/43",
            date="2018",
        ),
        "UTA": Source(
            tag="UTA",
            title="Wiki of the University of Texas at Austin on Zoom",
            url="https://utexas.atlassian.net/wiki",
            date="",
        ),
        "UNDATED": Source(
            tag="UNDATED",
            title="An undated copy of Zoom's endpoint document, of 2023 to 2025 by what it holds; seen in an index of public files that does not name where it lies, so look for its sentence in Zoom's own reference",
            url="https://developers.zoom.us/docs/api/meetings/",
            date="",
        ),
        "QOD": Source(
            tag="QOD",
            title="A copy of the documentation of about 2022",
            url="https://developers.qodex.ai/zoom-public/",
            date="2022",
        ),
        "SIM": Source(
            tag="SIM",
            title="An older copy of the documentation",
            url="https://www.simworkflow.com/integration-operation/zoom-meetings-meetingid-patch-1d2",
            date="2021",
        ),
        "RFC6585": Source(
            tag="RFC6585",
            title="RFC 6585, which defines status 429",
            url="https://www.rfc-editor.org/rfc/rfc6585",
            date="2012-04",
        ),
        "RFC9110": Source(
            tag="RFC9110",
            title="RFC 9110, HTTP semantics",
            url="https://www.rfc-editor.org/rfc/rfc9110",
            date="2022-06",
        ),
    }
)
