# Writes page-files.cc, which holds the files of the live page. Run by the build:
#   cmake -D OUT=page-files.cc -D "FILES=URL>PATH;…" -P embed.cmake

set(type_of_html "text/html; charset=utf-8")
set(type_of_css "text/css; charset=utf-8")
set(type_of_js "text/javascript; charset=utf-8")
set(type_of_svg "image/svg+xml")

set(arrays "")
set(entries "")
set(number 0)
foreach(item IN LISTS FILES)
  string(REPLACE ">" ";" parts "${item}")
  list(GET parts 0 url)
  list(GET parts 1 path)
  string(REGEX MATCH "[a-z]+$" ending "${path}")
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n"
                       bytes "${bytes}")
  string(APPEND arrays "const unsigned char FILE_${number}[] = {\n${bytes}};\n\n")
  string(APPEND entries
         "    {\"${url}\", \"${type_of_${ending}}\", Text(FILE_${number}, sizeof(FILE_${number}))},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE "${OUT}.new" "// Written by the build from realnet/admin/page.
#include \"realnet/admin/page-files.h\"

namespace sonda
{

namespace
{

${arrays}std::string_view
Text(const unsigned char* bytes, std::size_t size)
{
    return {reinterpret_cast<const char*>(bytes), size};
}

const PageFile FILES[] = {
${entries}};

} // namespace

const PageFile*
FindPageFile(std::string_view path)
{
    for (const PageFile& file : FILES)
    {
        if (file.path == path)
        {
            return &file;
        }
    }
    return nullptr;
}

} // namespace sonda
")
file(RENAME "${OUT}.new" "${OUT}")
