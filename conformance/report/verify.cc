#include "conformance/report/verify.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/str_cat.h"
#include "client/sha256.h"
#include "client/text.h"
#include "conformance/report/bundle_tar.h"

namespace onnxifi::conformance {
namespace {

using Json = nlohmann::ordered_json;
using client::EscapeText;

constexpr const char* kNames[] = {kManifestName, kResultsName, kProfileName,
                                  kTestsName};
// What follows from one lie would hide the others.
constexpr size_t kMaxOfAKind = 10;

// One bundle on its way through the checks. Each returns false when nothing
// behind it can be checked.
class Verifier {
 public:
  Verifier(const SuiteFacts& suite, const VerifyOptions& options)
      : suite_(suite), options_(options) {}

  VerifyReport Run(std::string_view tar) {
    if (!Open(tar)) return std::move(report_);
    CheckManifest();
    if (ReadParts()) {
      CheckHeader();
      if (CheckList()) CheckRecords();
      JudgeAgain();
    }
    CheckOutside();
    return std::move(report_);
  }

 private:
  void Problem(const std::string& text) {
    if (report_.problems.size() < 100) report_.problems.push_back(text);
  }
  const std::string& Part(size_t index) const { return members_[index].bytes; }

  bool Open(std::string_view tar) {
    Result<std::vector<TarMember>> members = ReadBundleTar(tar);
    if (!members.ok()) {
      Problem(members.status().message());
      return false;
    }
    members_ = std::move(members).value();
    for (size_t i = 0; i < std::max(members_.size(), std::size(kNames)); ++i) {
      const std::string found = i < members_.size() ? members_[i].name : "none";
      const std::string expected = i < std::size(kNames) ? kNames[i] : "none";
      if (found == expected) continue;
      Problem(StrCat("member ", i, " is '", found, "', expected is '", expected,
                     "'"));
      return false;
    }
    report_.id = CertificateId(Part(0));
    return true;
  }

  void CheckManifest() {
    Result<Certificate> parsed = ParseCertificate(Part(0));
    if (!parsed.ok()) {
      Problem(StrCat(kManifestName, ": ", parsed.status().message()));
      return;
    }
    has_manifest_ = true;
    report_.certificate = std::move(parsed).value();
    const auto& said = report_.certificate.members;
    if (said.size() != std::size(kNames) - 1) {
      Problem(StrCat(kManifestName, " names ", said.size(), " members, not ",
                     std::size(kNames) - 1));
      return;
    }
    for (size_t i = 0; i < said.size(); ++i) {
      const TarMember& member = members_[i + 1];
      if (said[i].name != member.name || said[i].bytes != member.bytes.size() ||
          said[i].sha256 != client::Sha256Of(member.bytes)) {
        Problem(StrCat(member.name, ": not the file whose size and SHA-256 ",
                       kManifestName, " has"));
      }
    }
  }

  bool ReadParts() {
    const std::string& text = Part(1);
    Result<Results> results = ParseResults(text);
    if (!results.ok()) {
      Problem(StrCat(kResultsName, ": ", results.status().message()));
      return false;
    }
    run_.results = std::move(results).value();
    if (ToText(run_.results) != text) {
      Problem(StrCat(kResultsName,
                     ": it has something that this suite does not write"));
    }
    run_.profile_text = Part(2);
    if (!run_.profile_text.empty()) {
      Result<VendorProfile> profile = ParseVendorProfile(run_.profile_text);
      if (!profile.ok()) {
        Problem(StrCat(kProfileName, ": ", profile.status().message()));
        return false;
      }
      run_.profile = std::move(profile).value();
    }
    return true;
  }

  void CheckHeader() {
    const RunHeader& header = run_.results.header;
    const std::string profile = run_.profile_text.empty()
                                    ? std::string()
                                    : client::Sha256Of(run_.profile_text);
    if (header.profile_sha256 != profile) {
      Problem(StrCat(kProfileName, ": not the one that the run was given"));
    }
    if (header.tier != "full" && header.tier != "quick") {
      Problem(StrCat("there is no tier '", EscapeText(header.tier), "'"));
    }
    if (header.shards == 0 || header.shard >= header.shards) {
      Problem(
          StrCat("there is no shard ", header.shard, " of ", header.shards));
    }
    if (header.plugin_sha256.size() != 64 || header.suite_sha256.size() != 64) {
      Problem("the results name no plugin or no program of the suite");
    }
  }

  // Which tests the run should have had, as this suite says.
  bool CheckList() {
    const RunHeader& header = run_.results.header;
    if (header.suite != suite_.version) {
      Problem(StrCat("of suite ", EscapeText(header.suite), ", this is ",
                     suite_.version, ": verify with that one"));
      return false;
    }
    if (header.archive_sha256 != suite_.archive_sha256) {
      Problem(StrCat("of other cases (", EscapeText(header.archive_sha256),
                     "): give them with --cases"));
      return false;
    }
    tests_ = TestsOf(header, suite_);
    std::string names;
    for (const TestInfo& test : tests_) names += test.name + "\n";
    if (names != Part(3)) {
      Problem(StrCat(kTestsName, ": this suite has other tests for tier '",
                     EscapeText(header.tier), "', filter '",
                     EscapeText(header.filter), "', shard ", header.shard, "/",
                     header.shards));
    }
    if (header.list_sha256 != HashOfNames(NamesOf(tests_)) ||
        header.tests != tests_.size()) {
      Problem("the results are not of the tests that this suite has");
    }
    return true;
  }

  // Both are ordered by name: every test has one record, and there is no other.
  void CheckRecords() {
    const std::vector<Record>& records = run_.results.records;
    size_t wrong = 0;
    size_t i = 0;
    const auto tell = [&](const std::string& name, const std::string& what) {
      if (++wrong <= kMaxOfAKind) Problem(EscapeText(name) + ": " + what);
    };
    for (const TestInfo& test : tests_) {
      for (; i < records.size() && records[i].test < test.name; ++i) {
        tell(records[i].test,
             "a result of no test of this run, or out of order");
      }
      if (i == records.size() || records[i].test != test.name) {
        tell(test.name, "no result");
        continue;
      }
      const std::string what = CheckRecord(records[i], test, run_.profile);
      if (!what.empty()) tell(test.name, what);
      for (++i; i < records.size() && records[i].test == test.name; ++i) {
        tell(test.name, "a second result");
      }
    }
    for (; i < records.size(); ++i) {
      tell(records[i].test, "a result of no test of this run, or out of order");
    }
    if (wrong > kMaxOfAKind) {
      Problem(StrCat("... and ", wrong - kMaxOfAKind, " more results"));
    }
  }

  void JudgeAgain() {
    if (!has_manifest_) return;
    const Certificate& said = report_.certificate;
    run_.date = said.date;
    if (!IsDate(said.date) || said.date > options_.today) {
      Problem(StrCat("the date '", EscapeText(said.date),
                     "' is none, or in the future"));
      return;
    }
    run_.verdict = Judge(run_.results, run_.profile, run_.date);
    const std::vector<TarMember> others(members_.begin() + 1, members_.end());
    const std::string again = ToText(MakeCertificate(run_, others));
    if (again != Part(0)) TellDifference(again);
    for (const Waiver& waiver : run_.profile.waivers) {
      if (waiver.expires >= options_.today) continue;
      report_.notes.push_back(StrCat("the waiver for '",
                                     EscapeText(waiver.pattern), "' ended on ",
                                     waiver.expires));
    }
  }

  void TellDifference(const std::string& again) {
    const Json said = Json::parse(Part(0), nullptr, false);
    const Json made = Json::parse(again, nullptr, false);
    for (const auto& [key, value] : made.items()) {
      if (said.is_object() && said.contains(key) && said[key] == value) {
        continue;
      }
      const std::string was =
          said.is_object() && said.contains(key) ? said[key].dump() : "nothing";
      Problem(StrCat(kManifestName, ": '", key, "' is ",
                     EscapeText(was).substr(0, 200),
                     ", but the results of the bundle make it ",
                     EscapeText(value.dump()).substr(0, 200)));
      return;
    }
    Problem(StrCat(kManifestName, ": it is not what the results make it"));
  }

  // What the bundle cannot say itself.
  void CheckOutside() {
    if (!has_manifest_) return;
    const RunHeader& header = report_.certificate.run;
    if (!options_.certificate.empty() && options_.certificate != report_.id) {
      Problem(StrCat("certificate ", report_.id, ", not ",
                     EscapeText(options_.certificate)));
    }
    if (!options_.plugin_sha256.empty() &&
        options_.plugin_sha256 != header.plugin_sha256) {
      Problem(StrCat("of another plugin or another build of it: SHA-256 ",
                     EscapeText(header.plugin_sha256), ", this file has ",
                     options_.plugin_sha256));
    }
    if (header.suite_sha256 != suite_.program_sha256) {
      report_.notes.push_back(StrCat("made by another build of the suite (",
                                     EscapeText(header.suite_sha256), ")"));
    }
  }

  const SuiteFacts& suite_;
  const VerifyOptions& options_;
  std::vector<TarMember> members_;
  std::vector<TestInfo> tests_;
  CertifyResult run_;
  bool has_manifest_ = false;
  VerifyReport report_;
};

bool BadNumber(double number) { return !std::isfinite(number) || number < 0; }

}  // namespace

std::string CheckRecord(const Record& record, const TestInfo& test,
                        const VendorProfile& profile) {
  if (record.profile != ProfileName(test.profile) ||
      record.requirements != test.requirements) {
    return "profile or requirements are not those of the suite";
  }
  const bool excluded = record.outcome == Outcome::EXCLUDED;
  if (excluded == profile.ClaimsProfile(record.profile)) {
    return excluded ? "EXCLUDED, but its profile is claimed"
                    : "its profile is not claimed, but it is not EXCLUDED";
  }
  if (record.outcome == Outcome::PASS && record.checks == 0) {
    return "PASS without a check";
  }
  if (Certifies(record.outcome) && !record.failures.empty()) {
    return StrCat(OutcomeName(record.outcome), " with failures");
  }
  if ((record.outcome == Outcome::PASS) != record.reason.empty()) {
    return StrCat(OutcomeName(record.outcome),
                  record.reason.empty() ? " without" : " with", " a reason");
  }
  if (BadNumber(record.seconds)) return "a time that is none";
  return "";
}

VerifyReport VerifyBundle(std::string_view tar, const SuiteFacts& suite,
                          const VerifyOptions& options) {
  return Verifier(suite, options).Run(tar);
}

}  // namespace onnxifi::conformance
