#include "backends/common/shape_profiles.h"

#include <utility>

#include "backends/common/abi_arguments.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

// More than this is a mistake, or an attack: each costs a plan.
constexpr size_t kMostProfiles = 64;
constexpr uint32_t kMostDimensions = 64;
constexpr uint64_t kMostLength = uint64_t{1} << 47;

Status BadShape(const char* name, const char* why) {
  return Status(
      ONNXIFI_STATUS_INVALID_SHAPE,
      StrCat("shape profile of ", DescribeTensor("input", name), ": ", why));
}

// What a profile says of one input.
struct InputShapes {
  graph::Shape minimum;
  graph::Shape typical;
  graph::Shape maximum;
};

Result<InputShapes> ReadInput(const onnxInputProfile& profile) {
  if (profile.dimensions > kMostDimensions) {
    return BadShape(profile.name, "too many dimensions");
  }
  InputShapes shapes;
  for (uint32_t d = 0; d < profile.dimensions; ++d) {
    if (profile.typical == nullptr) return NullPointer("typical");
    const uint64_t typical = profile.typical[d];
    const uint64_t minimum =
        profile.minimum == nullptr ? typical : profile.minimum[d];
    const uint64_t maximum =
        profile.maximum == nullptr ? typical : profile.maximum[d];
    if (minimum == 0) return BadShape(profile.name, "a dimension is 0");
    if (maximum > kMostLength) {
      return BadShape(profile.name, "a dimension is too large");
    }
    if (typical < minimum || typical > maximum) {
      return BadShape(profile.name,
                      "typical is not between minimum and maximum");
    }
    shapes.minimum.push_back(static_cast<int64_t>(minimum));
    shapes.typical.push_back(static_cast<int64_t>(typical));
    shapes.maximum.push_back(static_cast<int64_t>(maximum));
  }
  return shapes;
}

// One profile, by the inputs of the model.
Result<std::vector<InputShapes>> ReadProfile(const onnxShapeProfile& profile,
                                             const GraphIo& io) {
  if (profile.inputsCount > 0 && profile.inputs == nullptr) {
    return NullPointer("inputs of a shape profile");
  }
  std::vector<InputShapes> all(io.input_count());
  std::vector<bool> there(io.input_count(), false);
  for (uint32_t i = 0; i < profile.inputsCount; ++i) {
    const onnxInputProfile& input = profile.inputs[i];
    ONNXIFI_ASSIGN_OR_RETURN(const size_t at, io.FindInput(input.name));
    if (there[at]) {
      return Status(
          ONNXIFI_STATUS_INVALID_NAME,
          DescribeTensor("input", input.name) + " is in a shape profile twice");
    }
    there[at] = true;
    ONNXIFI_ASSIGN_OR_RETURN(all[at], ReadInput(input));
  }
  for (size_t i = 0; i < all.size(); ++i) {
    if (there[i]) continue;
    const graph::Shape* const fixed = io.FixedInput(i);
    if (fixed == nullptr) {
      return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                    StrCat("input '", io.input_name(i),
                           "' is not in a shape profile, and the model does "
                           "not fix its shape"));
    }
    all[i] = {*fixed, *fixed, *fixed};
  }
  return all;
}

}  // namespace

Result<ShapeProfiles> ShapeProfiles::Make(
    std::span<const onnxShapeProfile> profiles, const GraphIo& io) {
  ShapeProfiles made;
  if (profiles.empty()) return made;
  if (profiles.size() > kMostProfiles) {
    return Status(ONNXIFI_STATUS_INVALID_SIZE,
                  StrCat("profilesCount is ", profiles.size(), "; at most ",
                         kMostProfiles, " are taken"));
  }
  for (const onnxShapeProfile& profile : profiles) {
    ONNXIFI_ASSIGN_OR_RETURN(std::vector<InputShapes> inputs,
                             ReadProfile(profile, io));
    Shapes typical;
    Range range;
    for (InputShapes& input : inputs) {
      typical.push_back(std::move(input.typical));
      range.minimum.push_back(std::move(input.minimum));
      range.maximum.push_back(std::move(input.maximum));
    }
    ONNXIFI_RETURN_IF_ERROR(io.CheckInputShapes(typical));
    made.typical_.push_back(std::move(typical));
    made.ranges_.push_back(std::move(range));
  }
  return made;
}

bool ShapeProfiles::Allows(const Range& range, const Shapes& shapes) {
  for (size_t i = 0; i < shapes.size() && i < range.minimum.size(); ++i) {
    if (shapes[i].size() != range.minimum[i].size()) return false;
    for (size_t d = 0; d < shapes[i].size(); ++d) {
      const int64_t length = shapes[i][d];
      if (length < range.minimum[i][d] || length > range.maximum[i][d]) {
        return false;
      }
    }
  }
  return true;
}

Status ShapeProfiles::Check(const Shapes& shapes, const GraphIo& io) const {
  if (ranges_.empty()) return Status::Ok();
  for (const Range& range : ranges_) {
    if (Allows(range, shapes)) return Status::Ok();
  }
  std::string all;
  for (size_t i = 0; i < shapes.size(); ++i) {
    all +=
        StrCat(i == 0 ? "" : ", ", io.input_name(i), " ", ShapeText(shapes[i]));
  }
  return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                StrCat("input shapes ", all,
                       " are in none of the graph's shape profiles"));
}

}  // namespace onnxifi::abi
