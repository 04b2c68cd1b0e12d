/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between plain text, XHTML-IM (XEP-0071) and the HTML that libpurple's user interfaces show. What
 * comes in is rebuilt from a list of what may be shown; nothing of it is passed on as it was. */

#include "shim.h"

#include <string.h>

enum
{
  DEEPEST = 32
};

/* What an element becomes. `line` elements begin and end a line. */
static const struct
{
  const char *name;
  const char *open;
  const char *close;
  gboolean line;
} elements[] = {
  { "b", "<b>", "</b>", FALSE },
  { "strong", "<b>", "</b>", FALSE },
  { "i", "<i>", "</i>", FALSE },
  { "em", "<i>", "</i>", FALSE },
  { "cite", "<i>", "</i>", FALSE },
  { "dfn", "<i>", "</i>", FALSE },
  { "var", "<i>", "</i>", FALSE },
  { "u", "<u>", "</u>", FALSE },
  { "s", "<s>", "</s>", FALSE },
  { "del", "<s>", "</s>", FALSE },
  { "strike", "<s>", "</s>", FALSE },
  { "q", "&quot;", "&quot;", FALSE },
  { "p", "", "", TRUE },
  { "div", "", "", TRUE },
  { "pre", "", "", TRUE },
  { "blockquote", "&gt; ", "", TRUE },
  { "address", "", "", TRUE },
  { "ul", "", "", TRUE },
  { "ol", "", "", TRUE },
  { "dl", "", "", TRUE },
  { "dt", "", "", TRUE },
  { "dd", "", "", TRUE },
  { "li", "• ", "", TRUE },
  { "h1", "<b>", "</b>", TRUE },
  { "h2", "<b>", "</b>", TRUE },
  { "h3", "<b>", "</b>", TRUE },
  { "h4", "<b>", "</b>", TRUE },
  { "h5", "<b>", "</b>", TRUE },
  { "h6", "<b>", "</b>", TRUE },
};

static void append_children (GString *out, xmlnode *node, int depth);

static void
append_escaped (GString *out, const char *text)
{
  char *escaped = purple_markup_escape_text (text, -1);

  g_string_append (out, escaped);
  g_free (escaped);
}

char *
markup_from_plain (const char *text)
{
  GString *out = g_string_new (NULL);
  char **lines = g_strsplit (text, "\n", -1);
  char **line;

  for (line = lines; *line != NULL; line++)
    {
      if (line != lines)
        g_string_append (out, "<br>");
      append_escaped (out, *line);
    }
  g_strfreev (lines);
  return g_string_free (out, FALSE);
}

static void
append_line_end (GString *out)
{
  if (out->len > 0 && !g_str_has_suffix (out->str, "<br>"))
    g_string_append (out, "<br>");
}

static gboolean
is_safe_link (const char *href)
{
  static const char *const schemes[] = { "http:", "https:", "mailto:", "xmpp:" };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (href, schemes[i], strlen (schemes[i])) == 0)
      return TRUE;
  return FALSE;
}

static void
append_link (GString *out, xmlnode *node, int depth)
{
  const char *href = xmlnode_get_attrib (node, "href");

  if (href == NULL || !is_safe_link (href))
    {
      append_children (out, node, depth);
      return;
    }
  g_string_append (out, "<a href=\"");
  append_escaped (out, href);
  g_string_append (out, "\">");
  append_children (out, node, depth);
  g_string_append (out, "</a>");
}

/* Copies "name: value" when the name is one that XEP-0071 section 7.6 recommends and the value is
 * made of harmless characters only: no quote, no parenthesis, no url(). */
static void
append_property (GString *style, char *property)
{
  static const char *const names[] = { "color",          "background-color", "font-family",
                                       "font-size",      "font-style",       "font-weight",
                                       "text-decoration" };
  char *value = strchr (property, ':');
  gsize i;

  if (value == NULL)
    return;
  *value++ = '\0';
  g_strstrip (property);
  g_strstrip (value);
  if (*value == '\0'
      || strspn (value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#%., -")
             != strlen (value))
    return;
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (property, names[i]) == 0)
      g_string_append_printf (style, "%s: %s; ", names[i], value);
}

static void
append_span (GString *out, xmlnode *node, int depth)
{
  const char *wanted = xmlnode_get_attrib (node, "style");
  char **properties = g_strsplit (wanted != NULL ? wanted : "", ";", 32);
  GString *style = g_string_new (NULL);
  char **property;

  for (property = properties; *property != NULL; property++)
    append_property (style, *property);
  if (style->len > 0)
    g_string_append_printf (out, "<span style=\"%s\">", g_strchomp (style->str));
  append_children (out, node, depth);
  if (style->len > 0)
    g_string_append (out, "</span>");
  g_string_free (style, TRUE);
  g_strfreev (properties);
}

static void
append_element (GString *out, xmlnode *node, int depth)
{
  gsize i = 0;

  if (strcmp (node->name, "br") == 0)
    g_string_append (out, "<br>");
  else if (strcmp (node->name, "a") == 0)
    append_link (out, node, depth);
  else if (strcmp (node->name, "span") == 0)
    append_span (out, node, depth);
  else if (strcmp (node->name, "img") == 0)
    {
      /* Never fetched: that would tell the sender when and where it was read. */
      const char *alt = xmlnode_get_attrib (node, "alt");

      append_escaped (out, alt != NULL ? alt : "");
    }
  else
    {
      while (i < G_N_ELEMENTS (elements) && strcmp (elements[i].name, node->name) != 0)
        i++;
      if (i == G_N_ELEMENTS (elements))
        {
          append_children (out, node, depth);
          return;
        }
      if (elements[i].line)
        append_line_end (out);
      g_string_append (out, elements[i].open);
      append_children (out, node, depth);
      g_string_append (out, elements[i].close);
      if (elements[i].line)
        append_line_end (out);
    }
}

static void
append_children (GString *out, xmlnode *node, int depth)
{
  xmlnode *child;

  for (child = depth < DEEPEST ? node->child : NULL; child != NULL; child = child->next)
    {
      if (child->type == XMLNODE_TYPE_TAG)
        append_element (out, child, depth + 1);
      else if (child->type == XMLNODE_TYPE_DATA && child->data != NULL)
        {
          char *text = g_strndup (child->data, child->data_sz);

          append_escaped (out, g_strdelimit (text, "\r\n\t", ' '));
          g_free (text);
        }
    }
}

char *
markup_from_xhtml (const char *xhtml)
{
  char *document = g_strconcat ("<body>", xhtml, "</body>", NULL);
  xmlnode *body = xmlnode_from_str (document, -1);
  GString *out;

  g_free (document);
  if (body == NULL)
    return NULL;
  out = g_string_new (NULL);
  append_children (out, body, 0);
  xmlnode_free (body);
  while (g_str_has_suffix (out->str, "<br>"))
    g_string_truncate (out, out->len - strlen ("<br>"));
  return g_string_free (out, FALSE);
}

static gboolean
has_formatting (const char *xhtml)
{
  const char *tag;

  for (tag = strchr (xhtml, '<'); tag != NULL; tag = strchr (tag + 1, '<'))
    if (!g_str_has_prefix (tag, "<br/>") && !g_str_has_prefix (tag, "<br />"))
      return TRUE;
  return FALSE;
}

void
markup_to_xmpp (const char *html, char **body, char **xhtml)
{
  purple_markup_html_to_xhtml (html, xhtml, body);
  if (*xhtml != NULL && !has_formatting (*xhtml))
    {
      g_free (*xhtml);
      *xhtml = NULL;
    }
}

static gboolean
is_today (time_t when)
{
  time_t now = time (NULL);
  struct tm today = *localtime (&now);
  const struct tm *day = localtime (&when);

  return day->tm_year == today.tm_year && day->tm_yday == today.tm_yday;
}

char *
markup_moment (time_t when)
{
  const char *format = is_today (when) ? "%H:%M" : "%Y-%m-%d %H:%M";

  return g_strdup (purple_utf8_strftime (format, localtime (&when)));
}
