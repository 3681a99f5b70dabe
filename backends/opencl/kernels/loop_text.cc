#include "backends/opencl/kernels/loop_text.h"

#include <algorithm>

#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// How many items each core of a CPU gets, so that they end at about the same
// time.
constexpr int64_t kItemsPerUnit = 4;
// Items of a group on devices that run many at once.
constexpr int64_t kGroup = 64;

}  // namespace

const char* IndexType(int64_t total) {
  // Ends of runs may lie somewhat behind the last element.
  constexpr int64_t kSlack = 1 << 16;
  return total < (int64_t{1} << 31) - kSlack ? "int" : "long";
}

std::string DecodeText(std::span<const int64_t> dims, std::string_view type,
                       std::string_view prefix) {
  std::string text;
  for (size_t d = dims.size(); d-- > 0;) {
    if (d == 0) {
      text += StrCat("    const ", type, " ", prefix, "0 = r;\n");
    } else {
      text += StrCat("    const ", type, " ", prefix, d, " = r % ", dims[d],
                     "; r /= ", dims[d], ";\n");
    }
  }
  return text;
}

std::string IndexText(std::span<const int64_t> strides, int64_t offset,
                      size_t count, std::string_view prefix) {
  std::string text;
  const auto add = [&](const std::string& term) {
    text += StrCat(text.empty() ? "" : " + ", term);
  };
  if (offset != 0) add(std::to_string(offset));
  for (size_t d = 0; d < count; ++d) {
    if (strides[d] == 1) add(StrCat(prefix, d));
    if (strides[d] != 0 && strides[d] != 1) {
      add(StrCat(prefix, d, " * ",
                 strides[d] < 0 ? StrCat("(", strides[d], ")")
                                : std::to_string(strides[d])));
    }
  }
  return text.empty() ? "0" : text;
}

std::string OffsetText(std::string_view name, std::span<const int64_t> dims,
                       std::span<const int64_t> strides) {
  std::string text;
  int64_t below = 1;
  for (size_t d = dims.size(); d-- > 0;) {
    if (strides[d] != 0 && dims[d] != 1) {
      text += StrCat(text.empty() ? "" : " + ", name, " / ", below, " % ",
                     dims[d], " * ", strides[d], "L");
    }
    below *= dims[d];
  }
  return text.empty() ? "0L" : text;
}

WorkSplit SplitWork(const DeviceFacts& facts, int64_t total, int64_t least) {
  if (!facts.is_cpu()) return {1, total};
  const int64_t wanted = kItemsPerUnit * facts.compute_units;
  const int64_t run =
      std::max<int64_t>({least, (total + wanted - 1) / wanted, 1});
  return {run, (total + run - 1) / run};
}

std::string RunText(const WorkSplit& split, int64_t total,
                    std::string_view type, std::string_view name) {
  return StrCat("  const ", type, " first = (", type, ")get_global_id(0) * ",
                split.run, ";\n  const ", type, " end = min(first + (", type,
                ")", split.run, ", (", type, ")", total, ");\n  for (", type,
                " ", name, " = first; ", name, " < end; ++", name, ") {\n");
}

void SetRange(const DeviceFacts& facts, int64_t items, Launch* launch) {
  if (facts.is_cpu()) {
    launch->global = {static_cast<size_t>(items), 1, 1};
    launch->local = {1, 1, 1};
    return;
  }
  const int64_t group =
      std::min<int64_t>(kGroup, static_cast<int64_t>(facts.max_group));
  const int64_t groups = (items + group - 1) / group;
  launch->global = {static_cast<size_t>(groups * group), 1, 1};
  launch->local = {static_cast<size_t>(group), 1, 1};
}

}  // namespace onnxifi::opencl
