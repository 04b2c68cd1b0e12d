-- SPDX-License-Identifier: MIT
-- Client certificates beside passwords on one host. mod_auth_ccert knows its users only while they
-- are online; here they have accounts, so that messages to them are kept (XEP-0160).

local accounts = "internal_hashed";
module:depends("auth_" .. accounts);

local new_sasl = require "util.sasl".new;
local split = require "util.jid".split;

local oid_alternative_name = "2.5.29.17";
local oid_xmpp_addr = "1.3.6.1.5.5.7.8.5";

local inner;
for _, provider in ipairs(module:get_host_items("auth-provider")) do
	if provider.name == accounts then inner = provider; end
end
assert(inner, "no account provider");

-- The users of this host that a verified client certificate names.
local function named_users(session)
	local socket = session.conn and session.conn:socket();
	local certificate = socket and socket.getpeercertificate and socket:getpeercertificate();
	if not certificate or not socket:getpeerverification() then return {}; end
	local names = certificate:extensions()[oid_alternative_name];
	local users = {};
	for _, address in ipairs(names and names[oid_xmpp_addr] or {}) do
		local user, host = split(address);
		if user and host == module.host and inner.user_exists(user) then users[#users + 1] = user; end
	end
	return users;
end

-- XEP-0178 section 2: no authzid is enough for one name only; with one it must be in the certificate.
local function authorized(session, authzid)
	local users = named_users(session);
	if authzid == "" then return #users == 1 and users[1] or nil, #users == 1 or nil; end
	local wanted, host = split(authzid);
	for _, user in ipairs(users) do
		if user == wanted and host == module.host then return user, true; end
	end
	return nil, nil;
end

-- A table of its own: the user manager gives each provider another metatable.
local provider = {};
for name, value in pairs(inner) do provider[name] = value; end
provider.name = nil;

function provider.get_sasl_handler(session)
	local profile = inner.get_sasl_handler(session).profile;
	profile.external = function (authzid) return authorized(session, authzid); end
	profile.mechanisms = nil; -- made anew by new_sasl, with EXTERNAL
	return new_sasl(module.host, profile);
end

module:provides("auth", provider);
