#include "backends/common/gradient/window.h"

#include <algorithm>
#include <string_view>

#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::gradient {

namespace {

// No real model is near it, and products of two fit int64.
constexpr int64_t kMaxExtent = int64_t{1} << 31;

// An attribute of one number (or `per_dim`) for each dimension.
Result<std::vector<int64_t>> ReadList(const RuleContext& r, const char* name,
                                      size_t count, int64_t least) {
  const auto given = r.attrs().Ints(name);
  if (given.empty()) return std::vector<int64_t>(count, least);
  const bool fits = std::all_of(given.begin(), given.end(), [&](int64_t v) {
    return v >= least && v <= kMaxExtent;
  });
  if (given.size() != count || !fits) {
    return r.Refuse(StrCat("attribute '", name, "' does not fit ", count,
                           " numbers of ", least, " or more"));
  }
  return std::vector<int64_t>(given.begin(), given.end());
}

Status PadAutomatically(const RuleContext& r, const TensorInfo& x,
                        const std::vector<int64_t>& kernel, bool upper,
                        Window* w) {
  for (size_t i = 0; i < kernel.size(); ++i) {
    const int64_t size =
        x.has_shape && 2 + i < x.dims.size() ? x.dims[2 + i] : -1;
    if (size < 0 || kernel[i] < 0 || size > kMaxExtent ||
        kernel[i] > kMaxExtent) {
      return r.Refuse(
          "automatic padding needs fixed spatial dimensions; declare them or "
          "give 'pads'");
    }
    const int64_t span = (kernel[i] - 1) * w->dilations[i] + 1;
    const int64_t out = CeilDiv(size, w->strides[i]);
    const int64_t total =
        std::max<int64_t>(0, (out - 1) * w->strides[i] + span - size);
    w->begins[i] = upper ? total / 2 : total - total / 2;
    w->ends[i] = total - w->begins[i];
  }
  return Status::Ok();
}

}  // namespace

std::vector<int64_t> Window::pads() const {
  std::vector<int64_t> both = begins;
  both.insert(both.end(), ends.begin(), ends.end());
  return both;
}

std::vector<int64_t> Window::offsets() const {
  std::vector<int64_t> all = {0, 0};
  all.insert(all.end(), begins.begin(), begins.end());
  return all;
}

Result<Window> ReadWindow(const RuleContext& r, Var x,
                          const std::vector<int64_t>& kernel) {
  const size_t count = kernel.size();
  Window w;
  ONNXIFI_ASSIGN_OR_RETURN(w.strides, ReadList(r, "strides", count, 1));
  ONNXIFI_ASSIGN_OR_RETURN(w.dilations, ReadList(r, "dilations", count, 1));
  w.begins.assign(count, 0);
  w.ends.assign(count, 0);
  const std::string_view mode = r.attrs().String("auto_pad", "NOTSET");
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    ONNXIFI_RETURN_IF_ERROR(
        PadAutomatically(r, x.info(), kernel, mode == "SAME_UPPER", &w));
  } else if (mode != "VALID") {
    ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> pads,
                             ReadList(r, "pads", 2 * count, 0));
    std::copy_n(pads.begin(), count, w.begins.begin());
    std::copy_n(pads.begin() + static_cast<int64_t>(count), count,
                w.ends.begin());
  }
  return w;
}

}  // namespace onnxifi::gradient
