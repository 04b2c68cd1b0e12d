/* SPDX-License-Identifier: MIT */
/* Certificates to sign in with (XEP-0257): commands, and accessors of their events. */
#include "accessors.h"

#include <string.h>

#define NAME_CAP 1023
#define PATH_CAP 4096

/** Whether @given is there and no longer than @cap bytes; else the client's error says what is wrong. */
static bool
is_filled (stead_client *client, const char *given, size_t cap, const char *empty)
{
  if (given == NULL || *given == '\0')
    return stead_client_fail (client, empty);
  if (!stead_is_text (client, given))
    return false;
  return strlen (given) <= cap || stead_client_fail (client, "The text is too long.");
}

static bool
is_name (stead_client *client, const char *name)
{
  return is_filled (client, name, NAME_CAP, "The certificate has no name.");
}

const char *
stead_query_certificates (stead_client *client, uint32_t number)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__QueryCertificates query = STEADFAST__V1__QUERY_CERTIFICATES__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL)
    return NULL;
  command.body_case = STEADFAST__V1__COMMAND__BODY_QUERY_CERTIFICATES;
  command.query_certificates = &query;
  return stead_pending_add (client, account, &command);
}

const char *
stead_make_certificate (stead_client *client, uint32_t number, const char *name)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__MakeCertificate make = STEADFAST__V1__MAKE_CERTIFICATE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !is_name (client, name))
    return NULL;
  make.name = stead_given (name);
  command.body_case = STEADFAST__V1__COMMAND__BODY_MAKE_CERTIFICATE;
  command.make_certificate = &make;
  return stead_pending_add (client, account, &command);
}

const char *
stead_append_certificate (stead_client *client, uint32_t number, const char *name, const char *path,
                          bool no_management)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__AppendCertificate append = STEADFAST__V1__APPEND_CERTIFICATE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !is_name (client, name)
      || !is_filled (client, path, PATH_CAP, "No file is given."))
    return NULL;
  append.name = stead_given (name);
  append.path = stead_given (path);
  append.no_management = no_management;
  command.body_case = STEADFAST__V1__COMMAND__BODY_APPEND_CERTIFICATE;
  command.append_certificate = &append;
  return stead_pending_add (client, account, &command);
}

const char *
stead_revoke_certificate (stead_client *client, uint32_t number, const char *name, bool disable)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__RevokeCertificate revoke = STEADFAST__V1__REVOKE_CERTIFICATE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !is_name (client, name))
    return NULL;
  revoke.name = stead_given (name);
  revoke.disable = disable;
  command.body_case = STEADFAST__V1__COMMAND__BODY_REVOKE_CERTIFICATE;
  command.revoke_certificate = &revoke;
  return stead_pending_add (client, account, &command);
}

VALUE (size_t, stead_event_certificate_count, CERTIFICATES, certificates->n_certificates)
TEXT_AT (stead_event_certificate_name, CERTIFICATES, certificates, certificates, ->name)
TEXT_AT (stead_event_certificate_sha256, CERTIFICATES, certificates, certificates, ->sha256)
VALUE_AT (int64_t, stead_event_certificate_not_before_time_ms, CERTIFICATES, certificates,
          certificates, ->not_before_time_ms)
VALUE_AT (int64_t, stead_event_certificate_not_after_time_ms, CERTIFICATES, certificates,
          certificates, ->not_after_time_ms)
VALUE_AT (bool, stead_event_certificate_current, CERTIFICATES, certificates,
          certificates, ->current)
VALUE_AT (size_t, stead_event_certificate_resource_count, CERTIFICATES, certificates,
          certificates, ->n_resources)

const char *
stead_event_certificate_resource (const stead_event *event, size_t index, size_t resource)
{
  return resource < stead_event_certificate_resource_count (event, index)
             ? event->wire->certificates->certificates[index]->resources[resource]
             : "";
}

TEXT (stead_event_made_name, CERTIFICATE_MADE, certificate_made->name)
TEXT (stead_event_made_path, CERTIFICATE_MADE, certificate_made->path)
TEXT (stead_event_made_sha256, CERTIFICATE_MADE, certificate_made->sha256)
VALUE (int64_t, stead_event_made_not_after_time_ms, CERTIFICATE_MADE,
       certificate_made->not_after_time_ms)
TEXT (stead_event_made_replaces, CERTIFICATE_MADE, certificate_made->replaces)
