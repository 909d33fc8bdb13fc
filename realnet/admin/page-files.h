#ifndef SONDA_REALNET_ADMIN_PAGE_FILES_H
#define SONDA_REALNET_ADMIN_PAGE_FILES_H

#include <string_view>

namespace sonda
{

/** A file of the live page, inside the binary. */
struct PageFile
{
    std::string_view path; //!< as in the URL, "/" for the page itself
    const char* type;      //!< media type
    std::string_view content;
};

/**
 * \return the file of a path, or null. The files are put in when the program is built; a program
 * built with SONDA_PAGE=OFF has one page that says so.
 */
const PageFile* FindPageFile(std::string_view path);

} // namespace sonda

#endif
