%% SPDX-License-Identifier: MIT
%% Fills a user's archive at once, as a long absence does; see ../prosody/mod_steadfast_gap.lua, which
%% answers the same request on Prosody.
-module(steadfast_gap).
-export([serve/1, answer/1, decode_iq_subel/1]).

-define(NS, <<"urn:steadfast:gap">>).

serve(Host) ->
    %% On disk this table looks through all that a user has for each message that is added.
    case mnesia:table_info(archive_msg, storage_type) of
        ram_copies -> ok;
        _ -> {atomic, ok} = mnesia:change_table_copy_type(archive_msg, node(), ram_copies)
    end,
    gen_iq_handler:add_iq_handler(ejabberd_local, Host, ?NS, ?MODULE, answer).

%% It is no element that ejabberd knows.
decode_iq_subel(Element) -> Element.

answer(Iq) ->
    [{xmlel, _, Wanted, _}] = xmpp:get_els(Iq),
    {<<>>, Host, <<>>} = jid:tolower(xmpp:get_to(Iq)),
    [User, Friend] = [fxml:get_attr_s(Name, Wanted) || Name <- [<<"user">>, <<"with">>]],
    [From, To, Age] = [binary_to_integer(fxml:get_attr_s(Name, Wanted))
                       || Name <- [<<"from">>, <<"to">>, <<"age">>]],
    {Now, Step} = {erlang:system_time(microsecond), Age * 1000000 div (To - From + 1)},
    [keep(User, Host, Friend, Number, Now - Step * (To - Number + 1))
     || Number <- lists:seq(From, To)],
    xmpp:make_iq_result(Iq).

%% Each tenth was written by the user, on another device. The archive's ids are the times.
keep(User, Host, Friend, Number, At) ->
    Digits = integer_to_binary(Number),
    Me = <<User/binary, $@, Host/binary>>,
    {Writer, Reader} = case Number rem 10 of
                           9 -> {<<Me/binary, "/elsewhere">>, Friend};
                           _ -> {<<Friend/binary, "/peer">>, Me}
                       end,
    Attributes = [{<<"from">>, Writer}, {<<"to">>, Reader}, {<<"id">>, <<"gap-", Digits/binary>>},
                  {<<"type">>, <<"chat">>}, {<<"xml:lang">>, <<"en">>},
                  {<<"xmlns">>, <<"jabber:client">>}],
    Body = {xmlel, <<"body">>, [], [{xmlcdata, <<"gap ", Digits/binary>>}]},
    Peer = jid:tolower(jid:decode(Friend)),
    ok = mod_mam_mnesia:store({xmlel, <<"message">>, Attributes, [Body]}, Host, {User, Host}, chat,
                              Peer, <<>>, recv, At).
