# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.meeting_update import MeetingUpdate
from ...models.zoom_error import ZoomError
from ...types import UNSET, Response, Unset


def build_request(
    meeting_id: int,
    *,
    body: Mapping[str, Any] | MeetingUpdate | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> dict[str, Any]:
    """Build the keyword arguments of `httpx.Client.request` and send nothing."""
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["occurrence_id"] = occurrence_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/meetings/{meeting_id}".format(
            meeting_id=quote(str(meeting_id), safe=""),
        ),
        "params": params,
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = dict(body) if isinstance(body, Mapping) else body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _read_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ZoomError | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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
) -> Any | ZoomError | None:
    # A 429 or 502 may carry HTML, or nothing. The status and headers are then all there is to know,
    # so an unreadable body gives `parsed=None` and never hides them behind an exception.
    try:
        return _read_response(client=client, response=response)
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | ZoomError]:
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
    body: Mapping[str, Any] | MeetingUpdate | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> Response[Any | ZoomError]:
    """Update a meeting

     Changes the members that are sent and leaves the others alone, with one exception: `recurrence` is
    taken as a whole,
    so a partial one loses or resets what it leaves out. With `occurrence_id` only one date of a series
    changes, and only
    the members listed under that parameter are honoured. Every call, a refused one included, may count
    against the two
    daily limits in `x-quotas`.

    Args:
        meeting_id (int):
        occurrence_id (str | Unset):
        body (MeetingUpdate | Unset): The members of a meeting to change. Zoom merges them into
            the meeting: what is not sent stays as it is, except that `recurrence` is replaced whole.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ZoomError]
    """

    kwargs = build_request(
        meeting_id=meeting_id,
        body=body,
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
    body: Mapping[str, Any] | MeetingUpdate | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> Any | ZoomError | None:
    """Update a meeting

     Changes the members that are sent and leaves the others alone, with one exception: `recurrence` is
    taken as a whole,
    so a partial one loses or resets what it leaves out. With `occurrence_id` only one date of a series
    changes, and only
    the members listed under that parameter are honoured. Every call, a refused one included, may count
    against the two
    daily limits in `x-quotas`.

    Args:
        meeting_id (int):
        occurrence_id (str | Unset):
        body (MeetingUpdate | Unset): The members of a meeting to change. Zoom merges them into
            the meeting: what is not sent stays as it is, except that `recurrence` is replaced whole.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ZoomError
    """

    return sync_detailed(
        meeting_id=meeting_id,
        client=client,
        body=body,
        occurrence_id=occurrence_id,
    ).parsed


async def asyncio_detailed(
    meeting_id: int,
    *,
    client: AuthenticatedClient,
    body: Mapping[str, Any] | MeetingUpdate | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> Response[Any | ZoomError]:
    """Update a meeting

     Changes the members that are sent and leaves the others alone, with one exception: `recurrence` is
    taken as a whole,
    so a partial one loses or resets what it leaves out. With `occurrence_id` only one date of a series
    changes, and only
    the members listed under that parameter are honoured. Every call, a refused one included, may count
    against the two
    daily limits in `x-quotas`.

    Args:
        meeting_id (int):
        occurrence_id (str | Unset):
        body (MeetingUpdate | Unset): The members of a meeting to change. Zoom merges them into
            the meeting: what is not sent stays as it is, except that `recurrence` is replaced whole.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ZoomError]
    """

    kwargs = build_request(
        meeting_id=meeting_id,
        body=body,
        occurrence_id=occurrence_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    meeting_id: int,
    *,
    client: AuthenticatedClient,
    body: Mapping[str, Any] | MeetingUpdate | Unset = UNSET,
    occurrence_id: str | Unset = UNSET,
) -> Any | ZoomError | None:
    """Update a meeting

     Changes the members that are sent and leaves the others alone, with one exception: `recurrence` is
    taken as a whole,
    so a partial one loses or resets what it leaves out. With `occurrence_id` only one date of a series
    changes, and only
    the members listed under that parameter are honoured. Every call, a refused one included, may count
    against the two
    daily limits in `x-quotas`.

    Args:
        meeting_id (int):
        occurrence_id (str | Unset):
        body (MeetingUpdate | Unset): The members of a meeting to change. Zoom merges them into
            the meeting: what is not sent stays as it is, except that `recurrence` is replaced whole.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ZoomError
    """

    return (
        await asyncio_detailed(
            meeting_id=meeting_id,
            client=client,
            body=body,
            occurrence_id=occurrence_id,
        )
    ).parsed
