/* SPDX-License-Identifier: MIT */
/* Mutated frames through the library's reader and every accessor: none may crash, and no string may
 * come out that is not UTF-8. Arguments: seed, how many, files with frames to start from. */
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST 65536

static uint64_t state;

/* splitmix64: the same seed gives the same run everywhere. */
static uint64_t
chance (uint64_t below)
{
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (z ^ z >> 31) % below;
}

typedef struct
{
  uint8_t bytes[LARGEST];
  size_t length;
} sample;

static void
mutate_once (sample *s, const sample *other)
{
  static const uint8_t nasty[] = { 0, 1, 0x7f, 0x80, 0xc0, 0xed, 0xf4, 0xff };
  size_t at = chance (s->length + 1);
  switch (chance (5))
    {
    case 0:
      if (at < s->length)
        s->bytes[at] ^= (uint8_t) (1u << chance (8));
      break;
    case 1:
      if (at < s->length)
        s->bytes[at] = nasty[chance (sizeof nasty)];
      break;
    case 2:
      s->length = at;
      break;
    case 3: /* a piece of another frame in the middle of this one */
      {
        size_t from = chance (other->length + 1), n = chance (other->length - from + 1);
        if (s->length + n > LARGEST)
          break;
        memmove (s->bytes + at + n, s->bytes + at, s->length - at);
        memcpy (s->bytes + at, other->bytes + from, n);
        s->length += n;
      }
      break;
    default:
      {
        size_t n = chance (s->length - at + 1);
        memmove (s->bytes + at, s->bytes + at + n, s->length - at - n);
        s->length -= n;
      }
    }
}

static size_t touched;

static void
touch (const char *text)
{
  if (!stead_text_valid (text) || text == NULL)
    abort ();
  touched += strlen (text);
}

static void
read_lists (const stead_event *e)
{
  size_t length;
  /* One beyond the end each time: it must be as harmless as the rest. */
  for (size_t i = 0; i <= stead_event_trust_chain_count (e); i++)
    {
      const uint8_t *der = stead_event_trust_chain (e, i, &length);
      for (size_t k = 0; k < length; k++)
        touched += der[k];
    }
  for (size_t i = 0; i <= stead_event_trust_reason_count (e); i++)
    touch (stead_event_trust_reason (e, i));
  for (size_t i = 0; i <= stead_event_resource_count (e); i++)
    {
      touch (stead_event_resource_name (e, i));
      touch (stead_event_resource_status (e, i));
      touch (stead_event_resource_client (e, i));
      touched += (size_t) stead_event_resource_show (e, i);
      touched += (size_t) stead_event_resource_priority (e, i);
    }
  for (size_t i = 0; i <= stead_event_contact_count (e); i++)
    {
      touch (stead_event_contact_jid (e, i));
      touch (stead_event_contact_name (e, i));
      for (size_t g = 0; g <= stead_event_contact_group_count (e, i); g++)
        touch (stead_event_contact_group (e, i, g));
    }
  for (size_t i = 0; i <= stead_event_occupant_count (e); i++)
    {
      touch (stead_event_occupant_nick (e, i));
      touch (stead_event_occupant_jid (e, i));
      touch (stead_event_occupant_status (e, i));
      touch (stead_event_occupant_new_nick (e, i));
      touch (stead_event_occupant_actor (e, i));
      touch (stead_event_occupant_reason (e, i));
      touch (stead_event_occupant_id (e, i));
      for (size_t h = 0; h <= stead_event_occupant_hat_count (e, i); h++)
        touch (stead_event_occupant_hat (e, i, h));
      if (stead_event_occupant_role (e, i) > STEAD_ROLE_MODERATOR
          || stead_event_occupant_affiliation (e, i) > STEAD_AFFILIATION_OWNER
          || stead_event_occupant_show (e, i) > STEAD_SHOW_DND
          || stead_event_occupant_departure (e, i) > STEAD_DEPARTURE_SHUT_DOWN)
        abort ();
    }
}

static void
read_access (const stead_event *e)
{
  for (size_t i = 0; i <= stead_event_access_count (e); i++)
    {
      touch (stead_event_access_id (e, i));
      touch (stead_event_access_software (e, i));
      touch (stead_event_access_uri (e, i));
      touch (stead_event_access_device (e, i));
      for (size_t k = 0; k <= stead_event_access_auth_count (e, i); k++)
        touch (stead_event_access_auth (e, i, k));
      if (stead_event_access_permission (e, i) > STEAD_PERMISSION_RESTRICTED)
        abort ();
    }
  touch (stead_event_signed_out_text (e));
  if (stead_event_signed_out_others (e) > STEAD_OTHERS_ASKED
      || stead_event_signed_out_token (e) > STEAD_TOKEN_LEFT)
    abort ();
}

static void
read_lists_of_rooms (const stead_event *e)
{
  for (size_t i = 0; i <= stead_event_listed_room_count (e); i++)
    {
      touch (stead_event_listed_room_jid (e, i));
      touch (stead_event_listed_room_name (e, i));
    }
  for (size_t i = 0; i <= stead_event_room_user_count (e); i++)
    {
      touch (stead_event_room_user_jid (e, i));
      touch (stead_event_room_user_nick (e, i));
      touch (stead_event_room_user_reason (e, i));
      if (stead_event_room_user_role (e, i) > STEAD_ROLE_MODERATOR
          || stead_event_room_user_affiliation (e, i) > STEAD_AFFILIATION_OWNER)
        abort ();
    }
  for (size_t i = 0; i <= stead_event_form_field_count (e); i++)
    {
      touch (stead_event_form_field_var (e, i));
      touch (stead_event_form_field_label (e, i));
      touch (stead_event_form_field_description (e, i));
      touched += stead_event_form_field_required (e, i);
      for (size_t k = 0; k <= stead_event_form_value_count (e, i); k++)
        touch (stead_event_form_value (e, i, k));
      for (size_t k = 0; k <= stead_event_form_option_count (e, i); k++)
        {
          touch (stead_event_form_option_label (e, i, k));
          touch (stead_event_form_option_value (e, i, k));
        }
      if (stead_event_form_field_type (e, i) > STEAD_FIELD_TEXT_PRIVATE)
        abort ();
    }
}

static void
read_bookmarks (const stead_event *e)
{
  for (size_t i = 0; i <= stead_event_bookmark_count (e); i++)
    {
      touch (stead_event_bookmark_room (e, i));
      touch (stead_event_bookmark_name (e, i));
      touch (stead_event_bookmark_nick (e, i));
      touch (stead_event_bookmark_password (e, i));
      touched += stead_event_bookmark_autojoin (e, i);
    }
  for (size_t i = 0; i <= stead_event_bookmark_removed_count (e); i++)
    touch (stead_event_bookmark_removed (e, i));
}

static void
read_event (const stead_event *e)
{
  const char *(*const texts[]) (const stead_event *) = { stead_event_error_condition,
                                                         stead_event_error_text,
                                                         stead_event_command_id,
                                                         stead_event_log_category,
                                                         stead_event_log_text,
                                                         stead_event_link_step_text,
                                                         stead_event_link_jid,
                                                         stead_event_link_tls_version,
                                                         stead_event_link_mechanism,
                                                         stead_event_link_session,
                                                         stead_event_link_channel_binding,
                                                         stead_event_link_web_socket,
                                                         stead_event_expiry_text,
                                                         stead_event_trust_domain,
                                                         stead_event_trust_sha256,
                                                         stead_event_trust_text,
                                                         stead_event_message_from,
                                                         stead_event_message_id,
                                                         stead_event_message_body,
                                                         stead_event_message_xhtml,
                                                         stead_event_message_subject,
                                                         stead_event_state_to,
                                                         stead_event_state_body,
                                                         stead_event_chat_from,
                                                         stead_event_presence_jid,
                                                         stead_event_presence_status,
                                                         stead_event_subscription_jid,
                                                         stead_event_subscription_text,
                                                         stead_event_subscription_nick,
                                                         stead_event_info_jid,
                                                         stead_event_info_resource,
                                                         stead_event_info_software,
                                                         stead_event_info_version,
                                                         stead_event_info_os,
                                                         stead_event_info_utc_offset,
                                                         stead_event_engine_program,
                                                         stead_event_held_program,
                                                         stead_event_room_jid,
                                                         stead_event_room_nick,
                                                         stead_event_room_actor,
                                                         stead_event_room_reason,
                                                         stead_event_room_alternate,
                                                         stead_event_room_name,
                                                         stead_event_room_password,
                                                         stead_event_room_subject,
                                                         stead_event_room_subject_nick,
                                                         stead_event_room_notice_text,
                                                         stead_event_invitation_from,
                                                         stead_event_invitation_reason,
                                                         stead_event_invitation_password,
                                                         stead_event_room_list_service,
                                                         stead_event_room_form_registered_nick,
                                                         stead_event_form_title,
                                                         stead_event_form_instructions,
                                                         stead_event_message_occupant_id,
                                                         stead_event_room_alternate_password };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    touch (texts[i](e));
  if ((int) stead_event_error_kind (e) < STEAD_ERROR_NONE
      || stead_event_error_kind (e) > STEAD_ERROR_STORE
      || stead_event_link_state (e) > STEAD_LINK_DETACHED
      || stead_event_room_form_kind (e) > STEAD_ROOM_FORM_UNREGISTER
      || stead_event_state (e) > STEAD_STATE_UNKNOWN
      || stead_event_message_type (e) > STEAD_MESSAGE_GROUPCHAT
      || stead_event_room_state (e) > STEAD_ROOM_LEFT
      || stead_event_room_why (e) > STEAD_WHY_MEMBERS_ONLY)
    abort ();
  read_lists (e);
  read_access (e);
  read_lists_of_rooms (e);
  read_bookmarks (e);
}

/** Returns: how many events came out. */
static unsigned
feed (const sample *s)
{
  stead_buffer in = { 0 };
  unsigned taken = 0;
  stead_frame result = STEAD_FRAME_MORE;
  for (size_t at = 0; at < s->length && result != STEAD_FRAME_BAD;)
    {
      size_t n = 1 + chance (s->length - at);
      stead_buffer_append (&in, s->bytes + at, n);
      at += n;
      wire_event *wire = NULL;
      while ((result = stead_frames_take (&in, &wire)) == STEAD_FRAME_TAKEN)
        {
          stead_event event = { .kind = (stead_event_kind) wire->body_case, .wire = wire };
          read_event (&event);
          steadfast__v1__event__free_unpacked (wire, NULL);
          taken++;
        }
    }
  stead_buffer_clear (&in);
  return taken;
}

/* Most mutations would die at the length; three of four get a true one. */
static void
set_length (sample *s)
{
  if (s->length < 4 || chance (4) == 0)
    return;
  for (int i = 0; i < 4; i++)
    s->bytes[i] = (uint8_t) ((s->length - 4) >> (8 * i));
}

int
main (int count, char **arguments)
{
  static sample samples[64], work;
  size_t n = 0;
  for (int i = 3; i < count && n < 64; i++, n++)
    {
      FILE *file = fopen (arguments[i], "rb");
      if (file == NULL)
        return 2;
      samples[n].length = fread (samples[n].bytes, 1, LARGEST / 2, file);
      fclose (file);
    }
  if (n == 0)
    return 2;
  state = strtoull (arguments[1], NULL, 10);
  unsigned long long taken = 0, budget = strtoull (arguments[2], NULL, 10);
  for (unsigned long long run = 0; run < budget; run++)
    {
      work = samples[chance (n)];
      for (uint64_t times = chance (6); times > 0; times--)
        mutate_once (&work, &samples[chance (n)]);
      set_length (&work);
      taken += feed (&work);
    }
  printf ("%llu frames, %llu events\n", budget, taken);
  return 0;
}
