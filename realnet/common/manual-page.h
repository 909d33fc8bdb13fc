#ifndef SONDA_REALNET_COMMON_MANUAL_PAGE_H
#define SONDA_REALNET_COMMON_MANUAL_PAGE_H

#include "realnet/common/configuration.h"

#include <string>

namespace sonda
{

/** \return the program's page of section 8 in roff, from the same table as --help. */
std::string ManualPage(const ProgramText& program, const OptionTable& table);

} // namespace sonda

#endif
