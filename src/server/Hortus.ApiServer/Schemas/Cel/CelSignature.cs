namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>A function for certain types of arguments.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsMember">Whether the first parameter stands before a dot.</param>
/// <param name="Parameters">What it takes, the receiver first.</param>
/// <param name="Result">What it gives.</param>
/// <param name="Run">Calculates it.</param>
internal sealed record CelOverload(
    string Name, bool IsMember, IReadOnlyList<CelType> Parameters, CelType Result, Func<object?[], object?> Run)
{
    /// <summary>Reads a signature such as <c>string.split(string, int) list(string)</c>; single capitals are type
    /// variables, other unknown names are types of libraries.</summary>
    public static CelOverload Of(string signature, Func<object?[], object?> run)
    {
        var reader = new SignatureReader(signature);
        var start = reader.At;
        CelType? receiver = null;
        var name = reader.Name();
        if (signature[reader.At] is '(' && name is "list" or "map" or "optional")
        {
            reader.At = start;
            receiver = reader.Type();
        }
        else if (signature[reader.At] == '.' && !CelNamespaces.Has(name))
        {
            reader.At = start;
            receiver = reader.Type();
        }

        if (receiver is not null)
        {
            reader.Expect('.');
            name = reader.Name();
        }
        else if (signature[reader.At] == '.')
        {
            reader.Expect('.');
            name += "." + reader.Name();
        }

        List<CelType> parameters = receiver is null ? [] : [receiver];
        reader.Expect('(');
        while (signature[reader.At] != ')')
        {
            parameters.Add(reader.Type());
            if (signature[reader.At] == ',')
            {
                reader.At += 2;
            }
        }

        reader.At += 2;
        return new CelOverload(name, receiver is not null, parameters, reader.Type(), run);
    }

    private sealed class SignatureReader(string text)
    {
        public int At { get; set; }

        public string Name()
        {
            var start = At;
            while (At < text.Length && (char.IsLetterOrDigit(text[At]) || text[At] == '_'))
            {
                At++;
            }

            return text[start..At];
        }

        public void Expect(char c)
        {
            if (text[At++] != c)
            {
                throw new ArgumentException($"bad signature {text}");
            }
        }

        public CelType Type()
        {
            var name = Name();
            switch (name)
            {
                case "list":
                    return CelType.List(Inner());
                case "optional":
                    return CelType.Optional(Inner());
                case "map":
                    Expect('(');
                    var key = Type();
                    At += 2;
                    var value = Type();
                    Expect(')');
                    return CelType.Map(key, value);
                default:
                    return Simple(name);
            }
        }

        private CelType Inner()
        {
            Expect('(');
            var inner = Type();
            Expect(')');
            return inner;
        }

        private static CelType Simple(string name) => name switch
        {
            "dyn" => CelType.Dyn,
            "bool" => CelType.Bool,
            "int" => CelType.Int,
            "uint" => CelType.Uint,
            "double" => CelType.Double,
            "string" => CelType.String,
            "bytes" => CelType.Bytes,
            "timestamp" => CelType.Timestamp,
            "duration" => CelType.Duration,
            "type" => CelType.Type,
            "quantity" => CelType.Opaque("kubernetes.Quantity"),
            "url" => CelType.Opaque("kubernetes.URL"),
            "ip" => CelType.Opaque("net.IP"),
            "cidr" => CelType.Opaque("net.CIDR"),
            "namedformat" => CelType.Opaque("kubernetes.NamedFormat"),
            "semver" => CelType.Opaque("kubernetes.Semver"),
            { Length: 1 } => CelType.Parameter(name),
            _ => CelType.Opaque("kubernetes.authorization." + name),
        };
    }
}

/// <summary>Names before a dot that are part of a function's name and no values.</summary>
internal static class CelNamespaces
{
    private static readonly HashSet<string> All = new(StringComparer.Ordinal) { "format", "optional", "sets", "strings" };

    public static bool Has(string name) => All.Contains(name);
}
