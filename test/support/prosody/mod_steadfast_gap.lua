-- SPDX-License-Identifier: MIT
-- Fills a user's archive at once, as a long absence does. Anybody may ask, with
--   <iq type='set' to=HOST><gap xmlns='urn:steadfast:gap' user= with= from= to= age=/></iq>
-- for messages "gap FROM" to "gap TO", spread evenly over the last AGE seconds. Each tenth was written
-- by the user, on another device.

local st = require "util.stanza";

local archive = module:open_store("archive", "archive");

module:hook("iq-set/host/urn:steadfast:gap:gap", function (event)
	local wanted = event.stanza.tags[1].attr;
	local from, to = tonumber(wanted.from), tonumber(wanted.to);
	local now, step = os.time(), tonumber(wanted.age) / (to - from + 1);
	local user, friend = wanted.user.."@"..module.host, wanted.with;
	for number = from, to do
		local own = number % 10 == 9;
		local message = st.message({
			from = own and user.."/elsewhere" or friend.."/peer", to = own and friend or user,
			id = "gap-"..number, type = "chat", ["xml:lang"] = "en",
		}, "gap "..number);
		local when = math.floor(now - step * (to - number + 1));
		assert(archive:append(wanted.user, nil, message, when, friend));
	end
	event.origin.send(st.reply(event.stanza));
	return true;
end);
