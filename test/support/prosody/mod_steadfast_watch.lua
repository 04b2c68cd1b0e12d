-- SPDX-License-Identifier: MIT
-- What the server saw, one JSON object a line: the tests' witness that is not our own code.

local json = require "util.json";
local now = require "util.time".now;

local file = assert(io.open(module:get_option_string("steadfast_watch_file"), "a"));

local function tell(event, session, facts)
	facts.event, facts.at = event, math.floor(now() * 1000);
	facts.user = facts.user or session.username;
	facts.resource = session.resource;
	facts.session = session.resumption_token;
	file:write(json.encode(facts), "\n");
	file:flush();
end

local function tls_facts(session)
	local socket = session.conn and session.conn:socket();
	local info = socket and socket.info and socket:info() or {};
	local certificate = socket and socket.getpeercertificate and socket:getpeercertificate();
	return info.protocol, certificate and certificate:digest("sha256") or nil;
end

module:hook("authentication-success", function (event)
	local session = event.session;
	local handler = session.sasl_handler;
	local protocol, certificate = tls_facts(session);
	tell("authenticated", session, {
		mechanism = handler and handler.selected, tls = protocol, certificate = certificate,
	});
end, 10);

module:hook("authentication-failure", function (event)
	local handler = event.session.sasl_handler;
	local protocol, certificate = tls_facts(event.session);
	tell("refused", event.session, {
		mechanism = handler and handler.selected, condition = event.condition,
		tls = protocol, certificate = certificate,
	});
end, 10);

module:hook("resource-bind", function (event) tell("bound", event.session, {}); end);
module:hook("resource-unbind", function (event) tell("unbound", event.session, {}); end);
module:hook("smacks-hibernation-start", function (event) tell("hibernating", event.origin, {}); end);
module:hook("smacks-hibernation-end", function (event)
	tell("resumed", event.resumed, { tls = (tls_facts(event.resumed)) });
end);

for _, state in ipairs({ "active", "inactive" }) do
	module:hook("csi-client-" .. state, function (event) tell(state, event.origin, {}); end, 10);
end

local function message(event)
	local stanza, body = event.stanza, event.stanza:get_child_text("body");
	if body then
		tell("message", event.origin, { to = stanza.attr.to, id = stanza.attr.id, body = body });
	end
end
for _, kind in ipairs({ "bare", "full", "host" }) do module:hook("pre-message/" .. kind, message, 10); end
