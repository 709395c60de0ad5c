# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

"""TOKEN_ERRORS of `facts`, loaded when it is first asked for."""

from __future__ import annotations

from typing import Final

from ..facts import TokenError

TOKEN_ERRORS: Final[tuple[TokenError, ...]] = (
    TokenError(
        id="client-unknown",
        code=4702,
        match="",
        meaning="The token endpoint does not know this client.",
        next_step="Check the client ID and secret on the app's page in the Zoom marketplace.",
        source="DOC-OAE",
    ),
    TokenError(
        id="client-rejected",
        code=4704,
        match="",
        meaning="The token endpoint does not accept this client.",
        next_step="Check the client ID and secret on the app's page in the Zoom marketplace.",
        source="DOC-OAE",
    ),
    TokenError(
        id="grant-type",
        code=4705,
        match="",
        meaning="The token endpoint does not offer this grant type to this app.",
        next_step="Send account_credentials for a server-to-server app; authorization_code or refresh_token for an app that people install.",
        source="DOC-OAE",
    ),
    TokenError(
        id="redirect",
        code=4709,
        match="",
        meaning="The redirect address is not the one the app has registered.",
        next_step="Send exactly a redirect address from the app's page in the Zoom marketplace.",
        source="DOC-OAE",
    ),
    TokenError(
        id="app-disabled",
        code=4717,
        match="",
        meaning="The app has been disabled.",
        next_step="Activate the app on its page in the Zoom marketplace.",
        source="DOC-OAE",
    ),
    TokenError(
        id="code-rejected",
        code=4733,
        match="",
        meaning="The authorization code was not accepted; it lives about five minutes.",
        next_step="Send the user through the authorization page again and use the new code at once.",
        source="DOC-OAE",
    ),
    TokenError(
        id="code-not-valid",
        code=4734,
        match="",
        meaning="The authorization code is not valid; it lives about five minutes.",
        next_step="Send the user through the authorization page again and use the new code at once.",
        source="DOC-OAE",
    ),
    TokenError(
        id="owner-gone",
        code=4735,
        match="",
        meaning="The owner of the token no longer exists.",
        next_step="Have another user of the account authorize the app.",
        source="DOC-OAE",
    ),
    TokenError(
        id="token-revoked",
        code=4741,
        match="",
        meaning="The token has been revoked.",
        next_step="Have the user authorize the app again.",
        source="DOC-OAE",
    ),
    TokenError(
        id="invalid-client",
        match="invalid_client",
        meaning="The client ID and secret do not belong together or to any app.",
        next_step="Check the client ID and secret on the app's page in the Zoom marketplace.",
        source="DOC-OAE",
    ),
    TokenError(
        id="invalid-grant",
        match="invalid_grant",
        meaning="What was offered for the token is used up or expired. A refresh token works once; each answer brings the next.",
        next_step="Use the refresh token of the latest answer, or have the user authorize the app again; for a server-to-server app check the account ID.",
        source="DOC-OAE",
    ),
    TokenError(
        id="token-refused",
        match="",
        meaning="The token endpoint gave no token.",
        next_step="Check the account ID, the client ID and secret, and that the app is active.",
        source="DOC-OAE",
    ),
)
