using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Xml;

namespace Hortus.Objects;

/// <summary>Descriptions from the documentation file that the compiler writes beside an assembly. The file is
/// optional: it
/// is read once, on first use, and when it is missing or broken all descriptions are empty.</summary>
internal static class XmlDescriptions
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, string>> Loaded = new();

    public static string Of(Type type) => Find(type.Assembly, "T:" + NameOf(type));

    public static string Of(PropertyInfo property) =>
        Find(property.DeclaringType!.Assembly, $"P:{NameOf(property.DeclaringType)}.{property.Name}");

    private static string NameOf(Type type) =>
        (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string Find(Assembly assembly, string member) =>
        Loaded.GetOrAdd(assembly, Load).TryGetValue(member, out var text) ? text : "";

    private static Dictionary<string, string> Load(Assembly assembly)
    {
        var summaries = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        try
        {
            using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            while (reader.ReadToFollowing("member"))
            {
                var name = reader.GetAttribute("name");
                if (name is not null && name[0] is 'T' or 'P' && reader.ReadToDescendant("summary"))
                {
                    summaries[name] = Text(reader);
                }
            }
        }
        catch (Exception e) when (e is IOException or XmlException or UnauthorizedAccessException)
        {
            return [];
        }

        return summaries;
    }

    private static string Text(XmlReader outer)
    {
        var text = new StringBuilder();
        using var reader = outer.ReadSubtree();
        while (reader.Read())
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                text.Append(reader.Value);
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.GetAttribute("cref") is { } reference)
            {
                text.Append(reference[(reference.LastIndexOf('.') + 1)..]);
            }
        }

        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
