/* SPDX-License-Identifier: MIT */
/* Accessors of messages, contacts and their presence. Each accessor checks the kind itself, so that
 * a wrong one gives nothing instead of another union member's bytes. */
#include "accessors.h"

TEXT (stead_event_message_from, MESSAGE, message->from)
TEXT (stead_event_message_id, MESSAGE, message->id)
VALUE (stead_message_type, stead_event_message_type, MESSAGE, message->type)
TEXT (stead_event_message_body, MESSAGE, message->body)
TEXT (stead_event_message_xhtml, MESSAGE, message->xhtml)
TEXT (stead_event_message_subject, MESSAGE, message->subject)
VALUE (int64_t, stead_event_message_sent_time_ms, MESSAGE, message->sent_time_ms)
VALUE (bool, stead_event_message_maybe_shown, MESSAGE, message->maybe_shown)
VALUE (bool, stead_event_message_set_aside, MESSAGE, message->set_aside)
TEXT (stead_event_message_kept_in, MESSAGE, message->kept_in)
VALUE (bool, stead_event_message_late, MESSAGE, message->late)
VALUE (bool, stead_event_message_outgoing, MESSAGE, message->outgoing)
TEXT (stead_event_message_to, MESSAGE, message->to)
VALUE (bool, stead_event_message_private, MESSAGE, message->private_message)
TEXT (stead_event_message_occupant_id, MESSAGE, message->occupant_id)
VALUE (uint32_t, stead_event_message_inbox, MESSAGE, message->inbox)

VALUE (stead_message_state, stead_event_state, MESSAGE_STATE, message_state->state)
VALUE (bool, stead_event_state_maybe_twice, MESSAGE_STATE, message_state->maybe_twice)
VALUE (bool, stead_event_state_displayed, MESSAGE_STATE, message_state->displayed)
VALUE (bool, stead_event_state_groupchat, MESSAGE_STATE, message_state->groupchat)
TEXT (stead_event_state_to, MESSAGE_STATE, message_state->to)
TEXT (stead_event_state_body, MESSAGE_STATE, message_state->body)

TEXT (stead_event_chat_from, CHAT_STATE, chat_state->from)
VALUE (stead_chat_state, stead_event_chat_state, CHAT_STATE, chat_state->state)

TEXT (stead_event_presence_jid, PRESENCE, presence->jid)
TEXT (stead_event_presence_status, PRESENCE, presence->status)
VALUE (size_t, stead_event_resource_count, PRESENCE, presence->n_resources)
TEXT_AT (stead_event_resource_name, PRESENCE, presence, resources, ->resource)
VALUE_AT (stead_show, stead_event_resource_show, PRESENCE, presence, resources, ->show)
TEXT_AT (stead_event_resource_status, PRESENCE, presence, resources, ->status)
VALUE_AT (int, stead_event_resource_priority, PRESENCE, presence, resources, ->priority)
VALUE_AT (int64_t, stead_event_resource_idle_since_time_ms, PRESENCE, presence,
          resources, ->idle_since_time_ms)
TEXT_AT (stead_event_resource_client, PRESENCE, presence, resources, ->client)

VALUE (bool, stead_event_roster_begin, ROSTER, roster->begin)
VALUE (bool, stead_event_roster_end, ROSTER, roster->end)
VALUE (size_t, stead_event_contact_count, ROSTER, roster->n_contacts)
TEXT_AT (stead_event_contact_jid, ROSTER, roster, contacts, ->jid)
TEXT_AT (stead_event_contact_name, ROSTER, roster, contacts, ->name)
VALUE_AT (stead_contact_subscription, stead_event_contact_subscription, ROSTER, roster,
          contacts, ->subscription)
VALUE_AT (bool, stead_event_contact_ask, ROSTER, roster, contacts, ->ask)
VALUE_AT (size_t, stead_event_contact_group_count, ROSTER, roster, contacts, ->n_groups)

const char *
stead_event_contact_group (const stead_event *event, size_t index, size_t group)
{
  return group < stead_event_contact_group_count (event, index)
             ? event->wire->roster->contacts[index]->groups[group]
             : "";
}

TEXT (stead_event_subscription_jid, SUBSCRIPTION, subscription->jid)
VALUE (stead_subscription_what, stead_event_subscription_what, SUBSCRIPTION, subscription->what)
TEXT (stead_event_subscription_text, SUBSCRIPTION, subscription->text)
TEXT (stead_event_subscription_nick, SUBSCRIPTION, subscription->nick)

TEXT (stead_event_info_jid, CONTACT_INFO, contact_info->jid)
TEXT (stead_event_info_resource, CONTACT_INFO, contact_info->resource)
TEXT (stead_event_info_software, CONTACT_INFO, contact_info->software)
TEXT (stead_event_info_version, CONTACT_INFO, contact_info->version)
TEXT (stead_event_info_os, CONTACT_INFO, contact_info->os)
TEXT (stead_event_info_utc_offset, CONTACT_INFO, contact_info->utc_offset)
VALUE (bool, stead_event_info_done, CONTACT_INFO, contact_info->done)
