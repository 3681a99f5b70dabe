#include "conformance/report/certificate.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/str_cat.h"
#include "client/sha256.h"
#include "client/text.h"

namespace onnxifi::conformance {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] = "onnxifi.certificate/1";

Status Bad(std::string_view what) {
  return Status(ONNXIFI_STATUS_INVALID_PROTOBUF, StrCat("certificate: ", what));
}

std::string BaseName(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

Json ListOrAll(bool all, const std::vector<std::string>& names) {
  return all ? Json("all") : Json(names);
}

Json WaiversOf(const VendorProfile& profile) {
  Json list = Json::array();
  for (const Waiver& waiver : profile.waivers) {
    list.push_back({{"tests", waiver.pattern},
                    {"outcome", waiver.outcome},
                    {"count", waiver.count},
                    {"reason", waiver.reason},
                    {"owner", waiver.owner},
                    {"expires", waiver.expires}});
  }
  return list;
}

// Takes members out of an object; remembers the first that is missing or of
// another type.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  void Get(const char* key, std::string* out) {
    if (const Json* found = Find(key, Json::value_t::string)) {
      *out = found->get<std::string>();
    }
  }
  void Get(const char* key, uint64_t* out) {
    if (const Json* found = Find(key, Json::value_t::number_unsigned)) {
      *out = found->get<uint64_t>();
    }
  }
  void Get(const char* key, std::vector<std::string>* out) {
    const Json* found = Find(key, Json::value_t::array);
    if (found == nullptr) return;
    for (const Json& each : *found) {
      if (!each.is_string()) return Refuse(key);
      out->push_back(each.get<std::string>());
    }
  }
  // "all", or names.
  void Get(const char* key, bool* all, std::vector<std::string>* out) {
    const auto found = json_.find(key);
    *all = found != json_.end() && *found == "all";
    if (!*all) Get(key, out);
  }
  void Get(const char* key, std::map<std::string, uint64_t>* out) {
    const Json* found = Find(key, Json::value_t::object);
    if (found == nullptr) return;
    for (const auto& [name, count] : found->items()) {
      if (!count.is_number_unsigned()) return Refuse(key);
      (*out)[name] = count.get<uint64_t>();
    }
  }
  // A list of objects, each of which `read` takes.
  template <typename Read>
  void GetEach(const char* key, const Read& read) {
    const Json* found = Find(key, Json::value_t::array);
    if (found == nullptr) return;
    for (const Json& each : *found) {
      Reader reader(each);
      read(reader);
      if (!reader.wrong_.empty()) return Refuse(key);
    }
  }
  Status status() const {
    return wrong_.empty() ? Status::Ok()
                          : Bad(StrCat("no valid member '", wrong_, "'"));
  }

 private:
  const Json* Find(const char* key, Json::value_t type) {
    const auto found = json_.find(key);
    if (found != json_.end() && found->type() == type) return &*found;
    Refuse(key);
    return nullptr;
  }
  void Refuse(const char* key) {
    if (wrong_.empty()) wrong_ = key;
  }

  const Json& json_;
  std::string wrong_;
};

void ReadRun(Reader& reader, RunHeader* run) {
  reader.Get("suite", &run->suite);
  reader.Get("suite_sha256", &run->suite_sha256);
  reader.Get("plugin", &run->plugin);
  reader.Get("plugin_sha256", &run->plugin_sha256);
  reader.Get("archive_sha256", &run->archive_sha256);
  reader.Get("profile_sha256", &run->profile_sha256);
  reader.Get("backend", &run->backend);
  reader.Get("seed", &run->seed);
  reader.Get("tier", &run->tier);
  reader.Get("filter", &run->filter);
  reader.Get("shard", &run->shard);
  reader.Get("shards", &run->shards);
  reader.Get("tests", &run->tests);
  reader.Get("list_sha256", &run->list_sha256);
}

void ReadProfile(Reader& reader, VendorProfile* profile) {
  reader.Get("vendor", &profile->name);
  reader.Get("profiles", &profile->all_profiles, &profile->profiles);
  reader.Get("operators", &profile->all_operators, &profile->operators);
  reader.Get("types", &profile->all_types, &profile->types);
  reader.GetEach("waivers", [&](Reader& each) {
    Waiver waiver;
    uint64_t count = 0;
    each.Get("tests", &waiver.pattern);
    each.Get("outcome", &waiver.outcome);
    each.Get("count", &count);
    each.Get("reason", &waiver.reason);
    each.Get("owner", &waiver.owner);
    each.Get("expires", &waiver.expires);
    waiver.count = static_cast<size_t>(count);
    profile->waivers.push_back(std::move(waiver));
  });
}

std::string Dump(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// With the checksum of all the rest as the last member, which finds accidents;
// whoever makes it anew is found by the certificate's number alone.
std::string Sealed(Json json) {
  const std::string sum = client::Sha256Of(Dump(json));
  json["checksum"] = sum;
  return Dump(json);
}

// Closes a file at the end of a scope.
struct File {
  explicit File(const std::string& path)
      // A pipe in the file's place must not make the caller wait.
      : fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (fd >= 0) ::close(fd);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const int fd;
};

}  // namespace

bool Certificate::certified() const {
  Verdict good;
  good.complete = true;
  return verdict == good.text();
}

Certificate MakeCertificate(const CertifyResult& result,
                            const std::vector<TarMember>& members) {
  Certificate certificate;
  certificate.run = result.results.header;
  certificate.run.plugin = BaseName(certificate.run.plugin);
  certificate.verdict = result.verdict.text();
  certificate.date = result.date;
  certificate.profile = result.profile;
  for (const auto& [outcome, count] : result.verdict.counts) {
    certificate.counts[OutcomeName(outcome)] = count;
  }
  certificate.waived = result.verdict.waived;
  certificate.problems = result.verdict.problems;
  for (const TarMember& member : members) {
    certificate.members.push_back(
        {member.name, member.bytes.size(), client::Sha256Of(member.bytes)});
  }
  return certificate;
}

std::string ToText(const Certificate& certificate) {
  const RunHeader& run = certificate.run;
  const VendorProfile& profile = certificate.profile;
  Json members = Json::array();
  for (const CertificateMember& member : certificate.members) {
    members.push_back({{"name", member.name},
                       {"bytes", member.bytes},
                       {"sha256", member.sha256}});
  }
  Json counts = Json::object();
  for (const auto& [name, count] : certificate.counts) counts[name] = count;
  Json json = {
      {"schema", kSchema},
      {"verdict", certificate.verdict},
      {"date", certificate.date},
      {"vendor", profile.name},
      {"suite", run.suite},
      {"suite_sha256", run.suite_sha256},
      {"plugin", run.plugin},
      {"plugin_sha256", run.plugin_sha256},
      {"archive_sha256", run.archive_sha256},
      {"profile_sha256", run.profile_sha256},
      {"backend", run.backend},
      {"seed", run.seed},
      {"tier", run.tier},
      {"filter", run.filter},
      {"shard", run.shard},
      {"shards", run.shards},
      {"tests", run.tests},
      {"list_sha256", run.list_sha256},
      {"profiles", ListOrAll(profile.all_profiles, profile.profiles)},
      {"operators", ListOrAll(profile.all_operators, profile.operators)},
      {"types", ListOrAll(profile.all_types, profile.types)},
      {"counts", counts},
      {"waived", certificate.waived},
      {"waivers", WaiversOf(profile)},
      {"problems", certificate.problems},
      {"members", members}};
  return Sealed(std::move(json));
}

Result<Certificate> ParseCertificate(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) return Bad("no JSON object");
  Certificate certificate;
  Reader reader(json);
  std::string schema;
  reader.Get("schema", &schema);
  if (schema != kSchema) return Bad(StrCat("the schema is not ", kSchema));
  reader.Get("verdict", &certificate.verdict);
  reader.Get("date", &certificate.date);
  ReadRun(reader, &certificate.run);
  ReadProfile(reader, &certificate.profile);
  reader.Get("counts", &certificate.counts);
  reader.Get("waived", &certificate.waived);
  reader.Get("problems", &certificate.problems);
  reader.GetEach("members", [&](Reader& each) {
    CertificateMember member;
    each.Get("name", &member.name);
    each.Get("bytes", &member.bytes);
    each.Get("sha256", &member.sha256);
    certificate.members.push_back(std::move(member));
  });
  ONNXIFI_RETURN_IF_ERROR(reader.status());
  Json rest = json;
  rest.erase("checksum");
  if (Sealed(std::move(rest)) != text) {
    return Bad("its checksum is not that of its text");
  }
  // Members that are unknown, repeated or elsewhere, and other blanks.
  if (ToText(certificate) != text) {
    return Bad("it has something that this suite does not write");
  }
  return certificate;
}

std::string CertificateId(std::string_view text) {
  return client::Sha256Of(text);
}

std::string CertificatePath(const std::string& plugin) {
  const size_t slash = plugin.rfind('/');
  const size_t suffix = plugin.rfind(".so");
  const bool has = suffix != std::string::npos &&
                   (slash == std::string::npos || suffix > slash);
  return plugin.substr(0, has ? suffix : plugin.size()) + ".certificate";
}

Result<std::string> ReadCertificateFile(const std::string& path) {
  const File file(path);
  if (file.fd < 0 && errno == ENOENT) return std::string();
  struct stat facts = {};
  if (file.fd < 0 || ::fstat(file.fd, &facts) != 0) {
    return Bad(std::strerror(errno));
  }
  if (!S_ISREG(facts.st_mode)) return Bad("no plain file");
  // One byte more than it may have: it may grow while it is read.
  std::string text(kMaxCertificateBytes + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Bad(std::strerror(errno));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > kMaxCertificateBytes) return Bad("more than 64 KiB");
  text.resize(size);
  return text;
}

}  // namespace onnxifi::conformance
