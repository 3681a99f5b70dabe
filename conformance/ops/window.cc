#include "conformance/ops/window.h"

#include "base/str_cat.h"

namespace onnxifi::conformance {

wire::Names AttributesOf(const Window& window) {
  wire::Names attributes;
  if (!window.strides.empty()) {
    attributes.push_back(wire::AttrInts("strides", window.strides));
  }
  if (!window.dilations.empty()) {
    attributes.push_back(wire::AttrInts("dilations", window.dilations));
  }
  if (window.same != nullptr) {
    attributes.push_back(wire::AttrString("auto_pad", window.same));
  } else if (!window.pads.empty()) {
    attributes.push_back(wire::AttrInts("pads", window.pads));
  }
  if (window.ceil) attributes.push_back(wire::AttrInt("ceil_mode", 1));
  return attributes;
}

std::string WindowText(const Window& window) {
  std::string text = StrCat("kernel ", ShapeText(window.kernel));
  const auto add = [&](const char* name, const std::vector<int64_t>& values) {
    if (!values.empty()) text += StrCat(", ", name, " ", ShapeText(values));
  };
  add("strides", window.strides);
  add("dilations", window.dilations);
  add("pads", window.pads);
  if (window.same != nullptr) text += StrCat(", ", window.same);
  return text + (window.ceil ? ", rounded up" : "");
}

Shape OutputOf(const Window& window, const Shape& input) {
  Shape out;
  for (size_t i = 0; i < input.size(); ++i) {
    const int64_t span = (window.kernel[i] - 1) * window.dilation(i) + 1;
    const int64_t room = input[i] + window.pad(i) + window.pad_end(i) - span;
    const int64_t stride = window.stride(i);
    int64_t size = room / stride + 1;
    if (window.ceil && room % stride != 0) {
      // A window must begin inside the input or the padding in front of it.
      if (size * stride < input[i] + window.pad(i)) ++size;
    }
    out.push_back(size);
  }
  return out;
}

void ForEachPlace(
    const Window& window, const Shape& input, const Shape& output,
    const std::function<void(const Shape& kernel, const Shape& input,
                             bool inside)>& visit) {
  Index at(window.kernel);
  Shape place(input.size());
  do {
    bool inside = true;
    for (size_t i = 0; i < input.size(); ++i) {
      place[i] = output[i] * window.stride(i) + at[i] * window.dilation(i) -
                 window.pad(i);
      inside = inside && place[i] >= 0 && place[i] < input[i];
    }
    visit(at.at(), place, inside);
  } while (at.Next());
}

}  // namespace onnxifi::conformance
