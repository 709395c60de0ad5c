# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.meeting import Meeting
from ...models.zoom_error import ZoomError
from ...types import UNSET, Response, Unset


def build_request(
    meeting_id: int,
    *,
    show_previous_occurrences: bool | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> dict[str, Any]:
    """Build the keyword arguments of `httpx.Client.request` and send nothing."""

    params: dict[str, Any] = {}

    params["show_previous_occurrences"] = show_previous_occurrences

    params["occurrence_id"] = occurrence_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/meetings/{meeting_id}".format(
            meeting_id=quote(str(meeting_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _read_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Meeting | ZoomError | None:
    if response.status_code == 200:
        response_200 = Meeting.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ZoomError.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ZoomError.from_dict(response.json())

        return response_401

    if response.status_code == 404:
        response_404 = ZoomError.from_dict(response.json())

        return response_404

    if response.status_code == 429:
        response_429 = ZoomError.from_dict(response.json())

        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Meeting | ZoomError | None:
    # A 429 or 502 may carry HTML, or nothing. The status and headers are then all there is to know,
    # so an unreadable body gives `parsed=None` and never hides them behind an exception.
    try:
        return _read_response(client=client, response=response)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Meeting | ZoomError]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    meeting_id: int,
    *,
    client: AuthenticatedClient,
    show_previous_occurrences: bool | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> Response[Meeting | ZoomError]:
    """Read a meeting

     Reads a meeting with its settings, pattern and occurrences. It is the only proof of what an update
    did. `schedule_for`
    is never read back: look at `host_id`.

    Args:
        meeting_id (int):
        show_previous_occurrences (bool | Unset):
        occurrence_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Meeting | ZoomError]
    """

    kwargs = build_request(
        meeting_id=meeting_id,
        show_previous_occurrences=show_previous_occurrences,
        occurrence_id=occurrence_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    meeting_id: int,
    *,
    client: AuthenticatedClient,
    show_previous_occurrences: bool | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> Meeting | ZoomError | None:
    """Read a meeting

     Reads a meeting with its settings, pattern and occurrences. It is the only proof of what an update
    did. `schedule_for`
    is never read back: look at `host_id`.

    Args:
        meeting_id (int):
        show_previous_occurrences (bool | Unset):
        occurrence_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Meeting | ZoomError
    """

    return sync_detailed(
        meeting_id=meeting_id,
        client=client,
        show_previous_occurrences=show_previous_occurrences,
        occurrence_id=occurrence_id,
    ).parsed


async def asyncio_detailed(
    meeting_id: int,
    *,
    client: AuthenticatedClient,
    show_previous_occurrences: bool | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> Response[Meeting | ZoomError]:
    """Read a meeting

     Reads a meeting with its settings, pattern and occurrences. It is the only proof of what an update
    did. `schedule_for`
    is never read back: look at `host_id`.

    Args:
        meeting_id (int):
        show_previous_occurrences (bool | Unset):
        occurrence_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Meeting | ZoomError]
    """

    kwargs = build_request(
        meeting_id=meeting_id,
        show_previous_occurrences=show_previous_occurrences,
        occurrence_id=occurrence_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    meeting_id: int,
    *,
    client: AuthenticatedClient,
    show_previous_occurrences: bool | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> Meeting | ZoomError | None:
    """Read a meeting

     Reads a meeting with its settings, pattern and occurrences. It is the only proof of what an update
    did. `schedule_for`
    is never read back: look at `host_id`.

    Args:
        meeting_id (int):
        show_previous_occurrences (bool | Unset):
        occurrence_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Meeting | ZoomError
    """

    return (
        await asyncio_detailed(
            meeting_id=meeting_id,
            client=client,
            show_previous_occurrences=show_previous_occurrences,
            occurrence_id=occurrence_id,
        )
    ).parsed
