-- SPDX-License-Identifier: MIT
-- An archive in memory that finds a page of any archive at once, as a database does: Prosody's own
-- stores look through all of it for each page.

local st = require "util.stanza";
local new_id = require "util.id".medium;

local archive = { caps = { total = false, quota = math.huge, full_id_range = true } };
archive.__index = archive;

function archive:append(user, key, value, when, with)
	local items = self.users[user] or { places = {} };
	self.users[user] = items;
	key = key or new_id();
	items[#items + 1] = { key = key, value = st.clone(value), when = when, with = with };
	items.places[key] = #items;
	return key;
end

-- Pages by id, and forward ones from a time on, which is what clients of one archive ask for.
function archive:find(user, query)
	local items = self.users[user] or { places = {} };
	local step, at, last = 1, 1, #items;
	if query.reverse then step, at, last = -1, #items, 1; end
	local edge = query.after or query.before;
	if edge then
		local place = items.places[edge];
		if not place then return nil, "item-not-found"; end
		at = place + step;
	end
	while query.start and items[at] and items[at].when < query.start do at = at + step; end
	return function ()
		local item = (last - at) * step >= 0 and items[at];
		if not item then return; end
		at = at + step;
		return item.key, st.clone(item.value), item.when, item.with;
	end
end

local stores = {};
local driver = {};

function driver:open(store, kind)
	if kind ~= "archive" then return nil, "unsupported-store"; end
	stores[store] = stores[store] or setmetatable({ users = {} }, archive);
	return stores[store];
end

module:provides("storage", driver);
