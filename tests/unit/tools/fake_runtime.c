/* tests/unit/tools/fake_runtime.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Stands in for the runtime in tests of `lockweave run`: when it is loaded it leaves the record that
 * FAKE_RECORD asks for: "clean", "finding", "note", "damaged"; anything else, none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void decode(const char* text, char* out, size_t size) {
  size_t used = 0;
  for (; *text != '\0' && *text != ';' && used + 1 < size; ++text) {
    unsigned byte = (unsigned char)*text;
    if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1) text += 2;
    out[used++] = (char)byte;
  }
  out[used] = '\0';
}

__attribute__((constructor)) static void leave_record(void) {
  const char* run = getenv("LOCKWEAVE_RUN");
  const char* what = getenv("FAKE_RECORD");
  if (run == NULL || strncmp(run, "dir=", 4) != 0 || what == NULL || strcmp(what, "none") == 0) {
    return;
  }
  char folder[4096];
  char path[4200];
  decode(run + 4, folder, sizeof folder);
  snprintf(path, sizeof path, "%s/fake.%d.jsonl", folder, (int)getpid());
  FILE* file = fopen(path, "w");
  if (file == NULL) return;
  fprintf(file,
          "{\"lockweave\":\"record\",\"version\":1,\"tool\":\"fake\",\"pid\":%d,\"ppid\":1,"
          "\"root\":true,\"exe\":\"/fake\",\"args\":[]}\n"
          "{\"thread\":1,\"label\":\"0\"}\n"
          "{\"object\":1,\"kind\":\"mutex\",\"generation\":1,\"name\":\"mu\"}\n",
          (int)getpid());
  const int note = strcmp(what, "note") == 0;
  if (note || strcmp(what, "finding") == 0) {
    fprintf(
        file,
        "{\"finding\":\"lock-leak\",\"variant\":\"\",\"certain\":%s,\"object\":1,"
        "\"steps\":[{\"thread\":1,\"action\":\"acquires\",\"object\":1,\"mode\":\"exclusive\"}]}\n",
        note ? "false" : "true");
  }
  if (strcmp(what, "damaged") == 0) fprintf(file, "{\"broken\n");
  fprintf(file, "{\"end\":\"exit\",\"status\":0}\n");
  fclose(file);
}
