using System.Collections.Concurrent;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Hortus.Development.Builds;

/// <summary>
/// Tells by what programs do whether two assemblies are the same: by their types, members and instructions. What compilers note beside
/// that, such as line numbers and an identity of the compilation, does not count, and neither does code that was compiled ahead of time.
/// </summary>
public sealed class AssemblyContent
{
    private const int AddressSize = 4;

    private readonly ConcurrentDictionary<(string Path, DateTime Written, long Length), string> known = new();

    /// <summary>A text that is the same for the same content.</summary>
    /// <exception cref="DevelopmentException">The file is no assembly.</exception>
    public string Of(string file)
    {
        var info = new FileInfo(file);
        return known.GetOrAdd((file, info.LastWriteTimeUtc, info.Length), static key => Read(key.Path));
    }

    private static string Read(string file)
    {
        try
        {
            using var image = new PEReader(File.OpenRead(file));
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var metadata = image.GetMetadataReader();
            AddMetadata(hash, image, metadata);
            AddBodies(hash, image, metadata);
            var resources = image.PEHeaders.CorHeader!.ResourcesDirectory;
            if (resources.Size > 0)
            {
                hash.AppendData(image.GetSectionData(resources.RelativeVirtualAddress).GetContent(0, resources.Size).AsSpan());
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
        catch (Exception failure) when (failure is BadImageFormatException or InvalidOperationException or IOException)
        {
            throw new DevelopmentException($"{file} cannot be read as an assembly: {failure.Message}; run `make build`", failure);
        }
    }

    // Without addresses, which differ when code was compiled ahead of time, and without identities.
    private static void AddMetadata(IncrementalHash hash, PEReader image, MetadataReader metadata)
    {
        var bytes = ImmutableCollectionsMarshal.AsArray(image.GetMetadata().GetContent())!.ToArray();
        foreach (var table in new[] { TableIndex.MethodDef, TableIndex.FieldRva })
        {
            var (start, size) = (metadata.GetTableMetadataOffset(table), metadata.GetTableRowSize(table));
            for (var row = 0; row < metadata.GetTableRowCount(table); row++)
            {
                bytes.AsSpan(start + (row * size), AddressSize).Clear();
            }
        }

        bytes.AsSpan(metadata.GetHeapMetadataOffset(HeapIndex.Guid), metadata.GetHeapSize(HeapIndex.Guid)).Clear();
        hash.AppendData(bytes);
    }

    private static void AddBodies(IncrementalHash hash, PEReader image, MetadataReader metadata)
    {
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
            {
                continue;
            }

            var body = image.GetMethodBody(method.RelativeVirtualAddress);
            Add(hash, body.MaxStack, body.LocalVariablesInitialized ? 1 : 0);
            Add(hash, body.LocalSignature.IsNil ? 0 : MetadataTokens.GetToken(body.LocalSignature), body.ExceptionRegions.Length);
            foreach (var region in body.ExceptionRegions)
            {
                Add(hash, (int)region.Kind, region.TryOffset);
                Add(hash, region.TryLength, region.HandlerOffset);
                Add(hash, region.HandlerLength, region.FilterOffset);
                Add(hash, region.CatchType.IsNil ? 0 : MetadataTokens.GetToken(region.CatchType), 0);
            }

            hash.AppendData(body.GetILContent().AsSpan());
        }
    }

    private static void Add(IncrementalHash hash, int first, int second)
    {
        Span<int> numbers = [first, second];
        hash.AppendData(MemoryMarshal.AsBytes(numbers));
    }
}
