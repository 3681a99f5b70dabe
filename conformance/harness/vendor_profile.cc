#include "conformance/harness/vendor_profile.h"

#include <fnmatch.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "base/str_cat.h"
#include "conformance/harness/outcome.h"

namespace onnxifi::conformance {
namespace {

using Json = nlohmann::json;

constexpr const char* kProfiles[] = {"core",      "dynamic", "fp16",
                                     "quantised", "async",   "memory"};

Status Bad(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                StrCat("vendor profile: ", what, "; see docs/certify.md"));
}

Status CheckKeys(const Json& object, const std::set<std::string>& known,
                 const char* where) {
  if (!object.is_object()) return Bad(StrCat(where, " is no object"));
  for (const auto& [key, value] : object.items()) {
    if (known.count(key) == 0) {
      return Bad(StrCat("unknown key '", key, "' in ", where));
    }
  }
  return Status::Ok();
}

// "all", or a list of texts.
Status ReadList(const Json& object, const char* key, bool* all,
                std::vector<std::string>* out) {
  const auto found = object.find(key);
  if (found == object.end() || *found == "all") return Status::Ok();
  *all = false;
  if (!found->is_array() ||
      !std::all_of(found->begin(), found->end(),
                   [](const Json& each) { return each.is_string(); })) {
    return Bad(StrCat("'", key, "' is neither \"all\" nor a list of names"));
  }
  *out = found->get<std::vector<std::string>>();
  return Status::Ok();
}

Result<Waiver> ReadWaiver(const Json& object) {
  ONNXIFI_RETURN_IF_ERROR(CheckKeys(
      object, {"tests", "outcome", "count", "reason", "owner", "expires"},
      "a waiver"));
  Waiver waiver;
  const auto text = [&](const char* key, std::string* out) -> Status {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string() ||
        found->get<std::string>().empty()) {
      return Bad(StrCat("a waiver needs '", key, "', a text"));
    }
    *out = found->get<std::string>();
    return Status::Ok();
  };
  ONNXIFI_RETURN_IF_ERROR(text("tests", &waiver.pattern));
  ONNXIFI_RETURN_IF_ERROR(text("outcome", &waiver.outcome));
  ONNXIFI_RETURN_IF_ERROR(text("reason", &waiver.reason));
  ONNXIFI_RETURN_IF_ERROR(text("owner", &waiver.owner));
  ONNXIFI_RETURN_IF_ERROR(text("expires", &waiver.expires));
  const std::optional<Outcome> outcome = ParseOutcome(waiver.outcome);
  if (!outcome.has_value() || Certifies(*outcome) ||
      *outcome == Outcome::NOT_RUN) {
    return Bad(StrCat("a waiver for '", waiver.outcome,
                      "', which is no way to go wrong"));
  }
  if (!IsDate(waiver.expires)) {
    return Bad(StrCat("'", waiver.expires, "' is no date YYYY-MM-DD"));
  }
  const auto count = object.find("count");
  if (count == object.end() || !count->is_number_unsigned() || *count == 0) {
    return Bad("a waiver needs 'count', the number of tests that it covers");
  }
  waiver.count = count->get<size_t>();
  return waiver;
}

}  // namespace

bool VendorProfile::ClaimsProfile(std::string_view profile) const {
  return all_profiles ||
         std::find(profiles.begin(), profiles.end(), profile) != profiles.end();
}

bool VendorProfile::ClaimsOperator(std::string_view op) const {
  return all_operators ||
         std::find(operators.begin(), operators.end(), op) != operators.end();
}

bool VendorProfile::ClaimsType(std::string_view type) const {
  return all_types ||
         std::find(types.begin(), types.end(), type) != types.end();
}

Result<VendorProfile> ParseVendorProfile(std::string_view text) {
  const Json root = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return Bad("no JSON");
  ONNXIFI_RETURN_IF_ERROR(CheckKeys(
      root, {"name", "profiles", "operators", "types", "waivers"}, "the file"));
  VendorProfile profile;
  if (root.contains("name")) {
    if (!root["name"].is_string()) return Bad("'name' is no text");
    profile.name = root["name"].get<std::string>();
  }
  ONNXIFI_RETURN_IF_ERROR(
      ReadList(root, "profiles", &profile.all_profiles, &profile.profiles));
  ONNXIFI_RETURN_IF_ERROR(
      ReadList(root, "operators", &profile.all_operators, &profile.operators));
  ONNXIFI_RETURN_IF_ERROR(
      ReadList(root, "types", &profile.all_types, &profile.types));
  for (const std::string& name : profile.profiles) {
    if (std::find(std::begin(kProfiles), std::end(kProfiles), name) ==
        std::end(kProfiles)) {
      return Bad(StrCat("unknown profile '", name, "'"));
    }
  }
  if (!profile.ClaimsProfile("core")) {
    return Bad("'profiles' without 'core', which every plugin must keep");
  }
  if (!root.contains("waivers")) return profile;
  if (!root["waivers"].is_array()) return Bad("'waivers' is no list");
  for (const Json& each : root["waivers"]) {
    ONNXIFI_ASSIGN_OR_RETURN(Waiver waiver, ReadWaiver(each));
    profile.waivers.push_back(std::move(waiver));
  }
  return profile;
}

bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  int fields[3] = {};
  const size_t begins[] = {0, 5, 8, 11};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t k = begins[i]; k + 1 < begins[i + 1]; ++k) {
      if (text[k] < '0' || text[k] > '9') return false;
      fields[i] = fields[i] * 10 + (text[k] - '0');
    }
  }
  return std::chrono::year_month_day(
             std::chrono::year(fields[0]),
             std::chrono::month(static_cast<unsigned>(fields[1])),
             std::chrono::day(static_cast<unsigned>(fields[2])))
      .ok();
}

bool MatchesPattern(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

}  // namespace onnxifi::conformance
