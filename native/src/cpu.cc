#include "bptt/cpu.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

namespace bptt {

namespace generic {
extern const Level kLevel;
}
#if defined(BPTT_X86_LEVELS)
namespace v3 {
extern const Level kLevel;
}
namespace v4 {
extern const Level kLevel;
}
#endif

namespace {

struct Found {
  const Level* list[3];
  int count = 0;

  Found() {
#if defined(BPTT_X86_LEVELS)
    __builtin_cpu_init();
    const bool runs_v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    const bool runs_v4 = runs_v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                         __builtin_cpu_supports("avx512vl");
    if (runs_v4) list[count++] = &v4::kLevel;
    if (runs_v3) list[count++] = &v3::kLevel;
#endif
    list[count++] = &generic::kLevel;
  }
};

const Level& choose() {
  int count;
  const Level* const* list = levels(&count);
  const char* asked = std::getenv("BPTT_LEVEL");
  if (!asked || !*asked) return *list[0];
  std::string known;
  for (int i = 0; i < count; ++i) {
    if (std::strcmp(asked, list[i]->name) == 0) return *list[i];
    known += std::string(i ? ", " : "") + list[i]->name;
  }
  throw std::runtime_error(std::string("BPTT_LEVEL=") + asked + " does not run here; this processor runs: " + known);
}

}  // namespace

const Level* const* levels(int* count) {
  static const Found found;
  *count = found.count;
  return found.list;
}

const Level& level() {
  static const Level& chosen = choose();
  return chosen;
}

}  // namespace bptt
