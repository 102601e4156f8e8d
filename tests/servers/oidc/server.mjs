// An OpenID Connect provider for the tests: panva's own, with people and groups from the
// command line. Whoever comes says by `login_as` who he is.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { client, secret, back, people } = JSON.parse(process.argv[2]);
const server = createServer();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: client,
    client_secret: secret,
    redirect_uris: [back],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    token_endpoint_auth_method: "client_secret_basic",
  }],
  pkce: { required: () => true },
  claims: { openid: ["sub", "groups"], auth_time: null },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  cookies: { keys: ["for tests"] },
  interactions: { url: (_ctx, { uid }) => `/who/${uid}` },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, groups: people[sub] ?? [] }),
  }),
  // Nobody is asked whether he agrees: it is the employer's.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

const answer = provider.callback();
server.on("request", async (request, response) => {
  const address = new URL(request.url, issuer);
  if (address.pathname.startsWith("/who/")) {
    const accountId = address.searchParams.get("login_as");
    if (!accountId) return response.end("who are you?");
    return provider.interactionFinished(request, response, { login: { accountId } });
  }
  if (address.pathname === "/people") {
    const given = await new Response(request).json();
    for (const each of Object.keys(people)) delete people[each];
    Object.assign(people, given);
    return response.end();
  }
  return answer(request, response);
});
console.log(issuer);
