#include "realnet/common/service-user.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <iostream>
#include <sys/wait.h>
#include <unistd.h>

namespace sonda
{

namespace
{

/** "nobody" and "nogroup": they own no file. */
constexpr uid_t NOBODY = 65534;
constexpr gid_t NOGROUP = 65534;

/** Larger than any errno: the trial could not be made. */
constexpr int UNKNOWN = 255;

bool
BeginsWith(const std::string& text, const std::string& begin)
{
    return text.compare(0, begin.size(), begin) == 0;
}

/** In a child of fork(): takes the rights of a service and tries. \return errno, 0 or UNKNOWN */
int
TryAsService(const char* path, bool hasGroup, gid_t group)
{
    if (setgroups(hasGroup ? 1 : 0, &group) != 0 || setresgid(NOGROUP, NOGROUP, NOGROUP) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0)
    {
        return UNKNOWN;
    }
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) >= 0 ? 0 : errno;
}

/** \return errno of a service that opens the file; 0 when it can, or when that is not known */
int
OpenAsService(const std::string& path)
{
    const group* const ours = getgrnam(SERVICE_GROUP);
    const gid_t id = ours == nullptr ? NOGROUP : ours->gr_gid;
    const pid_t child = fork();
    if (child == 0)
    {
        _exit(TryAsService(path.c_str(), ours != nullptr, id));
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) == UNKNOWN)
    {
        return 0;
    }
    return WEXITSTATUS(status);
}

/** \return why a service cannot read the file; "" when it can. */
std::string
WhyNot(const std::string& path)
{
    char resolved[PATH_MAX];
    const std::string real = realpath(path.c_str(), resolved) == nullptr ? path : resolved;
    if (BeginsWith(real, "/run/credentials/"))
    {
        return "";
    }
    if (BeginsWith(real, "/home/") || BeginsWith(real, "/root/") || BeginsWith(real, "/run/user/"))
    {
        return "the package's service sees no home directories (ProtectHome=); /etc/sonda is a "
               "place for it";
    }
    if (BeginsWith(real, "/tmp/") || BeginsWith(real, "/var/tmp/"))
    {
        return "the package's service has a /tmp of its own (PrivateTmp=); /etc/sonda is a place "
               "for it";
    }
    const int error = OpenAsService(real);
    return error == 0
               ? ""
               : fmt::format("the package's service, a user in the group {0}, cannot read {1}: "
                             "{2}; chgrp {0} {1}; chmod 640 {1}",
                             SERVICE_GROUP,
                             real,
                             std::strerror(error));
}

} // namespace

Problems
FindUnreadable(const OptionTable& table)
{
    Problems problems;
    if (geteuid() != 0)
    {
        return problems;
    }
    for (const Option& option : table.All())
    {
        // The connection log is written, and the service's own folder is made for it.
        const bool isRead = option.kind == "FILE" && option.name != "connection-log";
        for (const std::string& path : isRead ? option.values : std::vector<std::string>{})
        {
            const std::string why = path.empty() ? "" : WhyNot(path);
            if (!why.empty())
            {
                problems.push_back({option.Where(), why});
            }
        }
    }
    return problems;
}

void
WarnOfUnreadable(const std::string& program, const OptionTable& table)
{
    for (const Problem& problem : FindUnreadable(table))
    {
        std::cerr << program << ": warning: " << ToString(problem) << '\n';
    }
}

} // namespace sonda
