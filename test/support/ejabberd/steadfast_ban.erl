%% SPDX-License-Identifier: MIT
%% Bans one account as an operator does (mod_admin_extra).
-module(steadfast_ban).
-export([serve/1]).

serve(Domain) ->
    mod_admin_extra:ban_account(<<"banned">>, Domain, <<"spam">>).
