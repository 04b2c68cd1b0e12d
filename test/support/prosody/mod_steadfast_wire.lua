-- SPDX-License-Identifier: MIT
-- Every element that users who have signed in send on their streams, and that they are sent, one JSON
-- object a line into the file of mod_steadfast_watch. Nonzas of XEP-0198 are among them.

local filters = require "util.filters";
local json = require "util.json";
local now = require "util.time".now;

local file = assert(io.open(module:get_option_string("steadfast_watch_file"), "a"));

local function witness(event)
	return function (element, session)
		-- White space to keep a link alive is no element.
		if type(element) == "table" and element.name and session.username then
			file:write(json.encode({
				event = event, at = math.floor(now() * 1000), user = session.username,
				name = element.name, id = element.attr.id, body = element:get_child_text("body"),
				xml = tostring(element),
			}), "\n");
			file:flush();
		end
		return element;
	end
end

filters.add_filter_hook(function (session)
	if session.type ~= "c2s_unauthed" then return; end
	-- Before stream management counts, and behind it.
	filters.add_filter(session, "stanzas/in", witness("received"), 1000);
	filters.add_filter(session, "stanzas/out", witness("sent"), -1000);
end);
