-- SPDX-License-Identifier: MIT
-- A service for rooms that are full of people, as a component. Whoever enters room-N@HOST gets
-- steadfast_crowd_size occupants, himself and the subject (XEP-0045 §7.2). There are
-- steadfast_crowd_rooms of them; each has the same occupants for everybody, made beforehand so that the
-- server has less to do in what is measured. Nothing happens in it later, but while the server does not
-- run ten of each room leave, and ten others come.

local st = require "util.stanza";
local sha1 = require "util.hashes".sha1;
local ver_of = require "util.caps".calculate_hash;

local count = module:get_option_number("steadfast_crowd_rooms", 20);
local size = module:get_option_number("steadfast_crowd_size", 500);
local DISCO = "http://jabber.org/protocol/disco#info";
local MUC = "http://jabber.org/protocol/muc";
local CLIENTS = {
	"Conversations", "Dino", "Gajim", "Monal", "Movim", "Pidgin", "Poezio", "Profanity",
};
local HATS = { "Organiser", "Speaker", "Press" };
local SHOWS = { false, "away", false, "xa", false, false, "dnd", false };

local function info(category, kind, name, ...)
	local query = st.stanza("query", { xmlns = DISCO });
	query:tag("identity", { category = category, type = kind, name = name }):up();
	for _, feature in ipairs { DISCO, MUC, ... } do query:tag("feature", { var = feature }):up(); end
	return query;
end

-- What occupants use, each with its own caps (XEP-0115).
local clients = {};
for index, name in ipairs(CLIENTS) do
	local can = info("client", "pc", name, "urn:xmpp:ping", "urn:xmpp:receipts", "urn:example:" .. index);
	local client = { name = name, node = "https://client.example/" .. name, ver = ver_of(can), info = can };
	clients[index], clients[client.node .. "#" .. client.ver] = client, client;
end

-- In each fourth room everybody sees the addresses.
local function is_open(room) return tonumber(room:match "%d+$") % 4 == 0; end

local function standing(number)
	local rank = number % 50;
	return rank == 0 and "owner" or rank < 3 and "admin" or rank < 20 and "member" or "none",
		rank < 3 and "moderator" or number % 10 == 9 and "visitor" or "participant";
end

local function occupant(room, number)
	local client, show = clients[number % #clients + 1], SHOWS[number % #SHOWS + 1];
	local affiliation, role = standing(number);
	local presence = st.presence {
		from = room .. "@" .. module.host .. "/guest " .. number, id = "p-" .. number,
	};
	if show then
		presence:text_tag("show", show):text_tag("status", "Back in " .. number .. " minutes");
	end
	presence:tag("c", {
		xmlns = "http://jabber.org/protocol/caps", hash = "sha-1", node = client.node, ver = client.ver,
	}):up();
	presence:tag("x", { xmlns = "vcard-temp:x:update" })
		:text_tag("photo", sha1(room .. number, true)):up();
	presence:tag("occupant-id", { xmlns = "urn:xmpp:occupant-id:0", id = sha1(number .. room, true) }):up();
	if number % 50 < 5 then
		local hat = number % #HATS + 1;
		presence:tag("hats", { xmlns = "urn:xmpp:hats:0" })
			:tag("hat", { title = HATS[hat], uri = "urn:example:hat:" .. hat }):up():up();
	end
	local jid = is_open(room) and "guest-" .. number .. "@people.example/" .. client.name or nil;
	presence:tag("x", { xmlns = MUC .. "#user" })
		:tag("item", { affiliation = affiliation, role = role, jid = jid }):up():up();
	return presence;
end

local store = module:open_store("crowd");
local starts = store:get("starts") or { count = 0 };
local gone = starts.count * 10;
store:set("starts", { count = starts.count + 1 });

local rooms = {};
for index = 1, count do
	local room = "room-" .. index;
	rooms[room] = {};
	for number = 1, size do rooms[room][number] = occupant(room, gone + number); end
end

local function entered(origin, stanza, room)
	local to, code = stanza.attr.from, is_open(room) and "100" or nil;
	for _, presence in ipairs(rooms[room]) do
		presence.attr.to = to;
		origin.send(presence);
	end
	local own = st.presence { from = stanza.attr.to, to = to, id = stanza.attr.id };
	own:tag("x", { xmlns = MUC .. "#user" })
		:tag("item", { affiliation = "none", role = "participant" }):up()
		:tag("status", { code = "110" }):up();
	if code then own:tag("status", { code = code }):up(); end
	origin.send(own:up());
	local subject = st.message { from = room .. "@" .. module.host, to = to, type = "groupchat" };
	origin.send(subject:text_tag("subject", "All of us"));
end

-- One room in each turn of the server's loop: it would be silent for seconds if it did all at once, and
-- be taken for dead.
local waiting = {};
local function enter_next()
	local who = table.remove(waiting, 1);
	if who.origin.type == "c2s" then entered(who.origin, who.stanza, who.room); end -- still there
	return waiting[1] and 0.001 or nil;
end

module:hook("presence/full", function (event)
	local stanza = event.stanza;
	local room = stanza.attr.to:match "^[^@]+";
	if stanza.attr.type then return true; end
	if not rooms[room] then return; end -- which is an error for who asked
	if stanza:get_child("x", MUC) then
		table.insert(waiting, { origin = event.origin, stanza = stanza, room = room });
		if not waiting[2] then module:add_timer(0, enter_next); end
	end
	return true;
end);

local function answers(where, what)
	module:hook("iq-get/" .. where .. "/" .. DISCO .. ":query", function (event)
		local found = what(event.stanza.tags[1].attr.node);
		if found then event.origin.send(st.reply(event.stanza):add_child(found)); end
		return found and true; -- else it is an error
	end);
end

answers("host", function () return info("conference", "text", "Rooms"); end);
answers("bare", function () return info("conference", "text", "A room", "muc_open", "urn:xmpp:hats:0"); end);
answers("full", function (node)
	local client = clients[node];
	local found = client and st.clone(client.info);
	if found then found.attr.node = node; end
	return found;
end);
