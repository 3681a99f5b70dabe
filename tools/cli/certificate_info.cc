#include "tools/cli/certificate_info.h"

#include "base/str_cat.h"
#include "client/sha256.h"
#include "client/text.h"
#include "conformance/report/certificate.h"

namespace onnxifi::client {
namespace {

using nlohmann::json;

json Unreadable(const Status& status) {
  return {{"state", "unreadable"}, {"reason", EscapeText(status.message())}};
}

std::string ProfilesText(const conformance::VendorProfile& profile) {
  if (profile.all_profiles) return "all";
  std::string text;
  for (const std::string& name : profile.profiles) {
    text += StrCat(text.empty() ? "" : ",", EscapeText(name));
  }
  return text;
}

bool CoversTheSuite(const conformance::Certificate& certificate) {
  return certificate.certified() && certificate.run.tier == "full" &&
         certificate.run.filter.empty() && certificate.run.shards == 1;
}

std::string StateOf(const conformance::Certificate& certificate,
                    const std::string& plugin) {
  if (!CoversTheSuite(certificate)) return "not certified";
  const Result<std::string> hash = Sha256OfFile(plugin);
  return hash.ok() && *hash == certificate.run.plugin_sha256 ? "this build"
                                                             : "another build";
}

std::string Member(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

json CertificateJson(const std::string& plugin) {
  const Result<std::string> text =
      conformance::ReadCertificateFile(conformance::CertificatePath(plugin));
  if (!text.ok()) return Unreadable(text.status());
  if (text->empty()) return nullptr;
  const Result<conformance::Certificate> read =
      conformance::ParseCertificate(*text);
  if (!read.ok()) return Unreadable(read.status());
  return {{"state", StateOf(*read, plugin)},
          {"number", conformance::CertificateId(*text)},
          {"verdict", EscapeText(read->verdict)},
          {"suite", EscapeText(read->run.suite)},
          {"tier", EscapeText(read->run.tier)},
          {"date", EscapeText(read->date)},
          {"vendor", EscapeText(read->profile.name)},
          {"profiles", ProfilesText(read->profile)},
          {"tests", read->run.tests},
          {"waivers", read->profile.waivers.size()}};
}

std::string CertificateLine(const json& certificate) {
  const std::string state = Member(certificate, "state");
  if (state == "unreadable") {
    return StrCat("certificate unreadable: ", Member(certificate, "reason"));
  }
  const std::string facts =
      StrCat("suite ", Member(certificate, "suite"), "  tier ",
             Member(certificate, "tier"), "  profiles ",
             Member(certificate, "profiles"), "  ", Member(certificate, "date"),
             "  ", Member(certificate, "waivers"), " waivers");
  if (state == "this build") return StrCat("certified  ", facts);
  if (state == "another build") {
    return StrCat("certificate is of another build  (", facts, ")");
  }
  return StrCat("not certified: ", Member(certificate, "verdict"), "  (", facts,
                ")");
}

}  // namespace onnxifi::client
